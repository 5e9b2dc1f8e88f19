"""How sure the model must be before a graph acts on its decision."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from 0 to 1 that the decisions of the graphs are held against.

    A foreign chat model that answers in words counts as certain: its yes is 1 and its no is 0.
    With all at 0 a graph answers whenever it finds words to quote, which is how coverage
    curves are measured.
    """

    relevance: float = 0.5
    """A passage is read on when it holds the answer with at least this probability."""
    support: float = 0.5
    """An answer is kept when its quotation supports it with at least this probability."""
    abstention: float = 0.25
    """An answer is given when its confidence (`graphs.confidence`) is at least this."""
    tool: float = 0.5
    """A message that stands alone gets a tool that it calls for with at least this probability."""
    call: float = 0.5
    """Later, a tool is called when the model, likeness aside, calls one with at least this probability."""
    again: float = 0.5
    """The same once a tool has answered."""

    reason: float = 0.5
    """A message is broken into parts when it needs that with at least this probability."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"The threshold {field.name} must lie between 0 and 1, not {value!r}.")
