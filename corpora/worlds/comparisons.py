"""Questions that compare two things by a figure that each of them has.

“Is the Zeat X3 or the Brun 40 heavier?” names no figure: what is to be found out of each has to be seen in
the word that compares them.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from corpora.worlds import names
from corpora.worlds.compounds import Compound

_SLOT = re.compile(r"\{([a-z]+)\d*\}")
_NAMES = {"word": names.word, "product": names.product, "company": names.company, "person": names.person,
          "place": names.place}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """What two things are compared by; see `comparisons.toml`."""

    things: Sequence[str]
    alone: Sequence[str]
    between: Sequence[int]
    units: Sequence[str]
    more: Sequence[str] = ()
    less: Sequence[str] = ()
    asks_more: Sequence[str] = ()
    asks_less: Sequence[str] = ()

    def questions(self, *, wants_more: bool) -> list[str]:
        """Return all that asks for the thing with the greater figure, or for the other."""
        words, whole = (self.more, self.asks_more) if wants_more else (self.less, self.asks_less)
        return [*whole, *(form.replace("{by}", word) for word in words for form in _phrasing()[0])]


def comparisons(count: int, seed: int) -> Iterator[Compound]:
    """Yield a number of comparisons, the same for the same seed."""
    draw = random.Random(seed)
    for _ in range(count):
        yield _comparison(draw)


@cache
def _phrasing() -> tuple[list[str], list[Measure], dict[str, list[str]]]:
    """Return the forms, the measures, and the words of the slots."""
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    known = {field.name for field in fields(Measure)}
    measures = [
        Measure(**{name: measure[name] for name in known & measure.keys()}) for measure in told["measure"]
    ]
    words = {kind: listed.split("|") for kind, listed in told["words"].items()}
    return told["forms"].strip().splitlines(), measures, words


def _comparison(draw: random.Random) -> Compound:
    measure = draw.choice(_phrasing()[1])
    first = second = _name(measure, draw)
    while first == second:
        second = _name(measure, draw)
    wants_more = draw.random() < 0.5
    question = draw.choice(measure.questions(wants_more=wants_more)).format(a=first, b=second)
    alone, unit = draw.choice(measure.alone), draw.choice(measure.units)
    figures = draw.sample(range(measure.between[0], measure.between[1] + 1), 2)
    values = tuple(_told(figure, unit, measure) for figure in figures)
    is_first = (figures[0] > figures[1]) == wants_more
    right, wrong = (first, second) if is_first else (second, first)
    parts = (alone.format(it=first), alone.format(it=second))
    return Compound(_capitalised(question), parts, values, _bare(right), _bare(wrong))


def _name(measure: Measure, draw: random.Random) -> str:
    words = _phrasing()[2]

    def drawn(slot: re.Match[str]) -> str:
        kind = slot[1]
        return _NAMES[kind](draw) if kind in _NAMES else draw.choice(words[kind])

    return _SLOT.sub(drawn, draw.choice(measure.things))


def _told(figure: int, unit: str, measure: Measure) -> str:
    is_year = measure.between[0] > 1000
    shown = str(figure) if is_year or figure < 10_000 else f"{figure:,}"
    return f"{shown} {unit}".strip()


def _bare(name: str) -> str:
    return name.removeprefix("the ")


def _capitalised(question: str) -> str:
    return question[:1].upper() + question[1:]
