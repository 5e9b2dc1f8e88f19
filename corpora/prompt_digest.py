"""A digest of what the prompts give the model to read: weights carry that of the prompts they learned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from corpora.passages import passage
from graphs import prompts
from llm.chat.messages import to_template
from llm.tokenization.template import render

_QUESTION = "How tall is the lighthouse?"
_SENTENCE = "The lighthouse was built in 1871 and is 38 metres tall."
_TOOL: dict[str, Any] = {
    "function": {
        "name": "measure",
        "description": "Measure a thing.",
        "parameters": {
            "type": "object",
            "properties": {"thing": {"type": "string"}, "unit": {"enum": ["m", "ft"]}},
            "required": ["thing"],
        },
    }
}


def prompt_digest() -> str:
    """Return the SHA-256, in hexadecimal, of what the model reads of every prompt for fixed inputs.

    The instructions do not count: our model reads a task token in their place.
    """
    read = [
        [(part.text, part.is_special) for part in render(to_template(messages), [_TOOL])]
        for messages in _conversations()
    ]
    content = json.dumps([read, prompts.YES_OR_NO, prompts.ROUTES])
    return hashlib.sha256(content.encode()).hexdigest()


def _conversations() -> Iterator[list[BaseMessage]]:
    passages = [passage(_SENTENCE, "Coast > Lights"), passage(f"\n{_SENTENCE} ")]
    history: list[BaseMessage] = [
        HumanMessage(_QUESTION),
        AIMessage("", tool_calls=[{"name": "measure", "args": {"thing": "lighthouse"}, "id": "1"}]),
        ToolMessage("38 metres. " * prompts.EARLIER_RESULT, tool_call_id="1"),
        AIMessage("It is 38 metres tall."),
        HumanMessage("And the mill?"),
    ]
    yield prompts.route(_QUESTION)
    yield prompts.rewrite(history, _QUESTION)
    yield prompts.rephrase([_QUESTION, "What is the lighthouse's height?"])
    for each in passages:
        yield prompts.grade(_QUESTION, each)
    yield prompts.quote(_QUESTION, passages)
    yield prompts.answer(_QUESTION, _SENTENCE)
    yield prompts.check(_QUESTION, _SENTENCE, "38 metres")
    yield prompts.chat([*prompts.background(["The boat is red.", "The cat is grey."]), *history])
    yield prompts.tool(history)
    yield prompts.summarise(_SENTENCE)
    yield prompts.plan(_QUESTION)
