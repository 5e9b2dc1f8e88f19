"""What the answers to simple questions are put together from, and how several are said at once.

The weights were trained on this layout: who changes it has to train again.
"""

from __future__ import annotations

from collections.abc import Iterable


def lay_out(answered: Iterable[tuple[str, str]]) -> str:
    """Return what a combined answer is a span of: questions with answers, then all answers in a line."""
    pairs = list(answered)
    lines = [f"{question} {answer}" for question, answer in pairs]
    return "\n".join([*lines, together(answer for _, answer in pairs)])


def together(answers: Iterable[str]) -> str:
    """Say several answers at once."""
    return ", ".join(answers)
