"""Keeping a long conversation within the model's context: its oldest part becomes a summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, RemoveMessage
from langgraph.graph.message import REMOVE_ALL_MESSAGES

from graphs import prompts
from graphs.mind import Mind
from graphs.step import Work
from graphs.turn import Update

SUMMARY = "summary"
"""Name of the message that holds the summary."""

_OPENING = "Summary of the conversation so far: "
_CHARACTERS_PER_TOKEN = 3
"""Fewer than English text has; of a script that takes more tokens, pieces are as short as the model needs."""


@dataclass(frozen=True, slots=True)
class Summariser:
    """Summarises the oldest part of a conversation that has grown too long.

    Args:
        mind: The model that writes the summary.
        count_tokens: Counts the tokens of messages.
        most_tokens: Length from which a conversation is summarised; half as much is kept in words.
    """

    mind: Mind
    count_tokens: Callable[[Sequence[AnyMessage]], int]
    most_tokens: int

    def condense(self, messages: Sequence[AnyMessage]) -> Work[tuple[str, Update]]:
        """Return the new summary and the update of the messages; neither when all may stay."""
        if self.count_tokens(messages) <= self.most_tokens:
            return "", {}
        kept = self._newest_turns(messages)
        summary, left = "", "\n".join(map(_show, messages[: len(messages) - len(kept)]))
        while left:
            piece = self._next_piece(left, summary)
            reply = yield from self.mind.write(_prompt(summary, piece))
            if not reply.text.strip():
                # Nothing may get lost: what could not be summarised stays as it is.
                return "", {}
            summary, left = reply.text.strip(), left[len(piece) :]
        replaced = [HumanMessage(_OPENING + summary, name=SUMMARY), *kept]
        return summary, {"messages": [RemoveMessage(REMOVE_ALL_MESSAGES), *replaced]}

    def _newest_turns(self, messages: Sequence[AnyMessage]) -> list[AnyMessage]:
        """Return the newest whole turns that fit into half the length, perhaps none."""
        beginnings = [
            index for index, message in enumerate(messages) if isinstance(message, HumanMessage) and index
        ]
        for index in beginnings:
            if self.count_tokens(messages[index:]) <= self.most_tokens // 2:
                return list(messages[index:])
        return []

    def _next_piece(self, text: str, summary: str) -> str:
        """Return the beginning of a text that can be summarised together with the summary before it."""
        size = self.most_tokens * _CHARACTERS_PER_TOKEN
        while size > 1 and not self.mind.fits(_prompt(summary, text[:size])):
            size //= 2
        return text[:size]


def _prompt(summary: str, piece: str) -> list[BaseMessage]:
    return prompts.summarise(f"{summary}\n{piece}".strip())


def _show(message: AnyMessage) -> str:
    if message.name == SUMMARY:
        return message.text.removeprefix(_OPENING)
    speaker = {"human": "User", "ai": "Assistant"}.get(message.type, message.name or "Tool")
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    called = "".join(f" [{call['name']} {call['args']}]" for call in calls)
    return f"{speaker}: {message.text}{called}"
