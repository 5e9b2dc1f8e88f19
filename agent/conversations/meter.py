"""Counts the tokens of decisions, which are read from the model without a reply.

LangChain's callbacks see replies only. A decision still costs the reading of its prompt, and what an
answer costs is to be told in full.
"""

from __future__ import annotations

from contextvars import ContextVar

from agent.conversations.answer import Usage


class Meter:
    """What the decisions of one answer have cost."""

    def __init__(self) -> None:
        self.usage = Usage()

    def count(self, input_tokens: int) -> None:
        """Add what was read for some decisions."""
        self.usage += Usage(input_tokens)


METER: ContextVar[Meter | None] = ContextVar("meter", default=None)
"""The meter of the answer under way; the threads of a graph inherit it."""
