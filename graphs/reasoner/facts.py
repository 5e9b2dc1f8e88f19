"""What the answers to simple questions are put together from, and how several are said at once.

Training lays facts out by these functions: who changes them has to train again. The shipped weights learned
the layout in the order of the plan, without that of figures (docs/LOG.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def lay_out(answered: Iterable[tuple[str, str]]) -> str:
    """Return what a combined answer is a span of: questions with answers, then all answers in a line.

    Where all answers are figures, the smallest stands first: which of two numbers is the greater a small
    model can't tell, but what the question asks for, it can.
    """
    pairs = list(answered)
    lines = [f"{question} {answer}" for question, answer in _smallest_first(pairs)]
    return "\n".join([*lines, together(answer for _, answer in pairs)])


def together(answers: Iterable[str]) -> str:
    """Say several answers at once."""
    return ", ".join(answers)


def _smallest_first(pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    figures = [figure for _, answer in pairs if (figure := _figure(answer))]
    if len(figures) < len(pairs) or len({unit for _, unit in figures}) != 1:
        return pairs
    order = sorted(range(len(pairs)), key=lambda place: figures[place][0])
    return [pairs[place] for place in order]


def _figure(answer: str) -> tuple[float, str] | None:
    """Return the number that an answer holds and its unit; None where it holds none or several."""
    numbers = list(_NUMBER.finditer(answer))
    if len(numbers) != 1:
        return None
    [number] = numbers
    return float(number[0].replace(",", "")), answer[number.end() :].strip(" .").casefold()
