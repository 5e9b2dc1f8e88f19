"""Tool calls: the right tool with the right arguments, or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, convert_to_messages

from agent.evaluation.too_long import unless_too_long
from corpora.passages import overlap
from corpora.wells import Row
from graphs import Evidence, prompts
from graphs.step import Step
from graphs.tool_agent.choice import ToolChoice, describe
from llm.evaluation.intervals import interval, mean
from rag.embedding import Embedder

Call = dict[str, Any]
"""A call: name and arguments."""


def evaluate_tools(
    choice: ToolChoice, rows: Sequence[Row], *, embedder: Embedder, on_row: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Offer the tools of each row as the tool agent does; compare the first call with the acceptable ones.

    A prompt that does not fit into the context counts as no call. The baselines call the tool whose name and
    description are likest the last message, by shared words or by embedding, without arguments.

    Args:
        choice: The model, and what counts beside it.
        rows: Rows with tools, messages, expected.
        embedder: LangChain embeddings of the baseline.
        on_row: Called after each row.
    """
    valid, named, exact, silent, guessed, likest = [], [], [], [], [], []
    too_long = 0
    for row in rows:
        messages = to_messages(row["messages"])
        reply = unless_too_long(partial(_reply, choice, messages, row["tools"]))
        too_long += reply is None
        call = _first_call(reply or AIMessage(""))
        if call is not None:
            valid.append(float(is_valid(call, row["tools"])))
        if row["expected"]:
            named.append(float(call is not None and any(_same_name(call, e) for e in row["expected"])))
            exact.append(float(call is not None and any(_same_call(call, e) for e in row["expected"])))
            names = {expected["name"] for expected in row["expected"]}
            guessed.append(float(_likeliest_tool(messages[-1].text, row["tools"]) in names))
            likest.append(float(_nearest_tool(messages[-1].text, row["tools"], embedder) in names))
        else:
            silent.append(float(call is None))
        on_row()
    return {
        "n": len(rows),
        "too_long": too_long,
        "valid_rate": mean(valid) if valid else None,
        "name_accuracy": mean(named) if named else None,
        "exact_accuracy": mean(exact) if exact else None,
        "irrelevance_accuracy": mean(silent) if silent else None,
        "intervals": {"name_accuracy": interval(named), "exact_accuracy": interval(exact)},
        "baseline": {
            "word_overlap_name_accuracy": mean(guessed) if guessed else None,
            "embedding_name_accuracy": mean(likest) if likest else None,
        },
    }


def _reply(choice: ToolChoice, messages: Sequence[BaseMessage], tools: Sequence[Any]) -> AIMessage:
    step = Step("think", lambda said: choice.reply(said, tools))
    reply: AIMessage = step.invoke(prompts.tool(messages))
    return reply


def is_valid(call: Call, tools: Sequence[dict[str, Any]]) -> bool:
    """Whether a call names a tool and its arguments fit the tool's schema."""
    import jsonschema

    for tool in tools:
        function = tool["function"]
        if function["name"] == call["name"]:
            validator = jsonschema.Draft202012Validator(function.get("parameters") or {})
            return bool(validator.is_valid(call["arguments"]))
    return False


def to_messages(rows: Sequence[Row]) -> list[BaseMessage]:
    """Turn OpenAI's messages into LangChain's."""
    known = ("role", "content", "tool_calls", "tool_call_id", "name")
    cleaned = []
    for row in rows:
        message = {"content": "", **{key: row[key] for key in known if row.get(key) is not None}}
        if calls := message.pop("tool_calls", None):
            message["tool_calls"] = [{**call, "function": _read(call["function"])} for call in calls]
        cleaned.append(message)
    return convert_to_messages(cleaned)


def _read(call: Call) -> Call:
    """Return a call whose arguments, which OpenAI sends as a text, are read."""
    arguments = call["arguments"]
    return {**call, "arguments": json.loads(arguments or "{}") if isinstance(arguments, str) else arguments}


def _first_call(reply: AIMessage) -> Call | None:
    if not reply.tool_calls:
        return None
    return {"name": reply.tool_calls[0]["name"], "arguments": reply.tool_calls[0]["args"]}


def _same_name(call: Call, expected: Call) -> bool:
    return bool(call["name"] == expected["name"])


def _same_call(call: Call, expected: Call) -> bool:
    return _same_name(call, expected) and bool(call["arguments"] == _read(expected)["arguments"])


def _nearest_tool(message: str, tools: Sequence[dict[str, Any]], embedder: Embedder) -> str:
    nearness = Evidence(embedder).similarities(message, [describe(tool) for tool in tools])
    return str(tools[nearness.index(max(nearness))]["function"]["name"])


def _likeliest_tool(message: str, tools: Sequence[dict[str, Any]]) -> str:
    def likeness(tool: dict[str, Any]) -> float:
        function = tool["function"]
        name = function["name"].replace("_", " ")
        return overlap(message, f"{name} {function.get('description') or ''}")

    return str(max(tools, key=likeness)["function"]["name"])
