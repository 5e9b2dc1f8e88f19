"""Progress events: what a graph is doing, for those who watch it ("custom" stream mode)."""

from __future__ import annotations

from typing import Any

from langgraph.config import get_stream_writer
from typing_extensions import TypedDict


class Progress(TypedDict):
    """An event of the custom stream."""

    event: str
    """Always "progress"."""
    node: str
    """Name of the node at work."""
    text: str
    """What it does, in a few words for a person."""


class Decision(TypedDict):
    """A decision of the model, kept in the state so that a person can ask why."""

    node: str
    """Name of the node that asked."""
    what: str
    """What was decided, in a few words for a person."""
    probability: float
    """Probability that the model gave it; 0 or 1 from a model that decides in words. Of the words of a
    question that a passage has it is the share."""


def report(node: str, text: str) -> None:
    """Tell those who watch the running graph what a node does; silent when nobody watches."""
    writer: Any = get_stream_writer()
    writer(Progress(event="progress", node=node, text=text))
