"""What happens while a question is answered, as a chat or a script watches it."""

from __future__ import annotations

from dataclasses import dataclass

from agent.answer import Answer


@dataclass(frozen=True, slots=True)
class Step:
    """The graph has begun something."""

    node: str
    text: str
    """What it does, in a few words for a person."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer, as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete."""

    answer: Answer


Event = Step | Token | Finished
