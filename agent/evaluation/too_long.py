"""Rows that do not fit into the model's context: they are counted, and end no measurement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from llm.errors import ContextOverflowError

Given = TypeVar("Given")
Said = TypeVar("Said")


def unless_too_long(ask: Callable[[], Said]) -> Said | None:
    """Return what the model says; None if what it is asked does not fit into its context."""
    try:
        return ask()
    except ContextOverflowError:
        return None


def each_unless_too_long(
    ask: Callable[[Sequence[Given]], Sequence[Said]], given: Sequence[Given]
) -> list[Said | None]:
    """Return what the model says to each, None where it does not fit; all at once if all of them fit.

    Args:
        ask: Takes some and returns as many answers.
        given: What is asked.
    """
    said = unless_too_long(lambda: ask(given))
    if said is not None:
        return list(said)
    alone = (unless_too_long(partial(ask, [one])) for one in given)
    return [answers[0] if answers else None for answers in alone]
