"""What happens while a question is answered, as a chat or a script watches it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.conversations.answer import Answer


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
class ToolRequest:
    """A tool call that waits for a person."""

    id: str
    """Unlike that of any other request, though models may give the calls of parallel steps the same id."""
    name: str
    arguments: Mapping[str, Any]
    description: str


@dataclass(slots=True)
class Approval:
    """The graph has paused: may these tools run? Nothing goes on before `decide` is called.

    Steps that are solved in parallel may each wait for a person: all their calls are asked about at once.
    """

    requests: Sequence[ToolRequest]
    allowed: Collection[str] = ()
    """Ids of the requests that may run, once decided."""
    decided: threading.Event = field(default_factory=threading.Event)

    def decide(self, allowed: Collection[str]) -> None:
        """Let the requests with these ids run; the model is told that the others were declined."""
        self.allowed = list(allowed)
        self.decided.set()


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete."""

    answer: Answer


Event = Step | Token | Approval | Finished
