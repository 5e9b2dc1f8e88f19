"""The in-house model whose decisions are counted."""

from __future__ import annotations

from agent.conversations.meter import METER
from llm import ChatHomespun


class MeteredHomespun(ChatHomespun):
    """`ChatHomespun` that tells the meter what its decisions cost."""

    def _count_read(self, tokens: int) -> None:
        if meter := METER.get():
            meter.count(tokens)
