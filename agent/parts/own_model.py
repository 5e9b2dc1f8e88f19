"""The in-house model whose decisions are counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.conversations.meter import METER
from llm import ChatHomespun


class MeteredHomespun(ChatHomespun):
    """`ChatHomespun` that tells the meter what its decisions cost."""

    def choice_probabilities(
        self, conversations: Sequence[Sequence[BaseMessage]], choices: Sequence[str]
    ) -> list[dict[str, float]]:
        """Return the probability of each choice as the reply to each conversation."""
        if meter := METER.get():
            meter.count(sum(self.get_num_tokens_from_messages(messages) for messages in conversations))
        return super().choice_probabilities(conversations, choices)

    def call_probabilities(self, messages: Sequence[BaseMessage], tools: Sequence[Any]) -> list[float]:
        """Return how likely the reply to a conversation calls each tool, were it the only one."""
        if meter := METER.get():
            meter.count(sum(self.get_num_tokens_from_messages(messages, [tool]) for tool in tools))
        return super().call_probabilities(messages, tools)
