"""What tools may do: how many calls, for how long, what is read of them, and which wait for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToolPolicy:
    """What tools may do; the same on every road that leads to them.

    Raises:
        ValueError: A value is out of its range.
    """

    approval: Collection[str] | None = None
    """Names of the tools that wait for a person (which takes a checkpointer); None for those that say that
    they change something."""
    max_calls: int = 8
    """Calls that the model may make in a turn, refused ones included."""
    seconds: float = 30.0
    """How long one call may take."""
    result_characters: int = 4000
    """How much of a result is kept; less where the model reads less."""

    def __post_init__(self) -> None:
        check_calls(self.max_calls)
        check_approval(self.approval)
        if self.seconds <= 0:
            raise ValueError(f"seconds must be more than 0, not {self.seconds}.")
        if self.result_characters < 1:
            raise ValueError(f"result_characters must be at least 1, not {self.result_characters}.")


def check_calls(most: int) -> None:
    """Refuse a budget without a call."""
    if most < 1:
        raise ValueError(f"max_calls must be at least 1, not {most}.")


def check_approval(names: Collection[str] | None) -> None:
    """Refuse a text, whose letters would be taken as names."""
    if isinstance(names, str):
        raise ValueError(f"approval must be a list of names, not {names!r}.")


def known(names: Iterable[str], tools: Collection[str]) -> frozenset[str]:
    """Return the names of the tools that wait for a person.

    Raises:
        ValueError: There is no tool of a name.
    """
    wanted = frozenset(names)
    if unknown := sorted(wanted.difference(tools)):
        raise ValueError(f"There is no tool to approve named {', '.join(unknown)}.")
    return wanted
