"""Which tool a message calls for, where the model can say how likely it would call each.

The model's own probability of a call is weighed with the likeness of message and tool by embedding
(`graphs.evidence`); the likeliest tool is called if that is likely enough. Any other chat model is
offered all tools and chooses by itself.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.utils.function_calling import convert_to_openai_tool

from graphs.judgement import Judgement
from graphs.mind import Mind
from graphs.ports import CopyingModel, ToolModel, offers
from graphs.step import Ask, Work

RECENT = 3
"""Messages of a conversation that say what it is about."""

_BETWEEN_WORDS = re.compile(r"[_.-]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Where a word of an identifier ends, in `snake_case` and in `CamelCase`."""


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """How the tool agent comes to its calls."""

    mind: Mind
    judgement: Judgement = field(default_factory=Judgement)
    """Its thresholds `tool`, `call` and `again` decide whether a tool is called."""

    @property
    def is_weighed(self) -> bool:
        """Whether tools are chosen here, one for a message, and not by the model among all."""
        return self.judgement.tool_evidence.embeddings is not None and offers(self.mind.model, ToolModel)

    @property
    def reads_results_whole(self) -> bool:
        """Whether all results of a turn are read as they are; our model has learned to read the last so."""
        return not offers(self.mind.model, ToolModel)

    @property
    def can_correct(self) -> bool:
        """Whether a call that failed can be made again with words of the conversation."""
        return self.is_weighed and offers(self.mind.model, CopyingModel)

    def reply(self, messages: Sequence[BaseMessage], tools: Sequence[Any]) -> Work[AIMessage]:
        """Reply with calls of the tools, or in words.

        Likeness helps to tell which tool is meant. Whether any is to be called it tells of a message that
        stands alone; later on the conversation is as like its tools as before, though they may have
        answered: then the model alone decides that.

        Args:
            messages: The conversation, as `prompts.tool` lays it out.
            tools: What LangChain takes as tools.
        """
        if not (tools and self.is_weighed):
            return (yield from self.mind.write(messages, tools=tools, streamed=not self.is_weighed))
        thresholds = self.judgement.thresholds
        alone, weighed = yield from self.probabilities(messages, tools)
        best = max(range(len(tools)), key=weighed.__getitem__)
        is_told = isinstance(messages[-1], ToolMessage)
        if stands_alone(messages):
            is_called = weighed[best] >= thresholds.tool
        else:
            is_called = max(alone) >= (thresholds.again if is_told else thresholds.call)
        if is_called:
            return (
                yield from self.mind.write(messages, tools=[tools[best]], tool_choice="any", streamed=True)
            )
        # A small model has learned to pass on what it was told with a tool in view.
        seen = [tools[best]] if is_told else ()
        return (yield from self.mind.write(messages, tools=seen, tool_choice="none", streamed=not is_told))

    def correct(
        self, messages: Sequence[BaseMessage], tool: Any, refused: Mapping[str, Any], complaint: str
    ) -> Work[AIMessage]:
        """Call a tool again that did not take its arguments, with other words of the conversation.

        A small model misspells what it copies, or copies a word too many, and knows no better way after the
        tool's complaint.

        Args:
            messages: The conversation as it was before the call.
            tool: The tool.
            refused: The arguments that it did not take.
            complaint: What it said of them; where it names some, the others are left as they are.
        """
        texts = [value for value in refused.values() if isinstance(value, str)]
        named = [text for text in texts if text in complaint]
        return (yield from self.mind.call(messages, tool, named or texts))

    def probabilities(
        self, messages: Sequence[BaseMessage], tools: Sequence[Any]
    ) -> Work[tuple[list[float], list[float]]]:
        """Return how likely each tool is called for, by the model alone and weighed with its likeness.

        Raises:
            TypeError: The model is no `ToolModel`.
        """
        model = self.mind.model
        if not offers(model, ToolModel):
            raise TypeError("only a ToolModel says how likely it calls a tool")
        score = model.call_probabilities
        alone: list[float] = yield Ask(
            lambda: score(messages, tools), lambda: asyncio.to_thread(score, messages, tools)
        )
        shown = [describe(convert_to_openai_tool(tool)) for tool in tools]
        question, context = asked(messages)
        return alone, (yield from self.judgement.tool_evidence.weigh(question, shown, alone, context))


def asked(messages: Sequence[BaseMessage]) -> tuple[str, str]:
    """Return the person's latest words, and what was said last by both, if that is more."""
    said = [message for message in messages if message.text and isinstance(message, HumanMessage | AIMessage)]
    latest = next((message for message in reversed(said) if isinstance(message, HumanMessage)), messages[-1])
    recent = said[-RECENT:]
    return latest.text, " ".join(message.text for message in recent) if len(recent) > 1 else ""


def stands_alone(messages: Sequence[BaseMessage]) -> bool:
    """Whether nothing was said before the last message, and no tool has answered."""
    return sum(not isinstance(message, SystemMessage) for message in messages) == 1


def describe(tool: Mapping[str, Any]) -> str:
    """Return the words of a tool that a message may be like: those of its name, and what it says of itself.

    `FinanceTool` reads as `Finance`: embeddings know a word, not two that are glued together, and that it
    is a tool is as true of every other.
    """
    function = tool["function"]
    words = _BETWEEN_WORDS.sub(" ", function["name"]).split()
    if len(words) > 1 and words[-1].casefold() == "tool":
        words.pop()
    return f"{' '.join(words)}: {function.get('description') or ''}"
