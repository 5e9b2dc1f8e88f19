"""A scene: a small grammar that fills frames of text with drawn values and remembers them.

In a frame, `(a|b)` stands for one of its choices, which may hold others, and `{kind2}` for a value of a
kind; the same slot has the same value everywhere in a scene.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from corpora.worlds import names
from corpora.worlds.requests.own_requests import ZONES
from corpora.worlds.requests.request_parts import FIRST_NAMES, city, path, topic, typed_date

_CHOICE = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"\{([a-z_]+)(\d*)\}")

_ALIKE = 0.3
"""Share of the numbers that look like another one of the scene where they may."""


@cache
def phrasing() -> dict[str, Any]:
    """Return the frames, by kind of task; those of a kind stand one a line."""
    here = Path(__file__)
    named, hidden = (
        tomllib.loads(here.with_name(f"{name}.toml").read_text("utf-8"))
        for name in ("own_tasks", "hidden_steps")
    )
    return {**named, **hidden, "words": {**named["words"], **hidden["words"]}}


@cache
def frames(*keys: str) -> tuple[str, ...]:
    """Return the frames of a kind.

    Args:
        keys: Where they stand in the file, from the outermost table inwards.
    """
    found: Any = phrasing()
    for key in keys:
        found = found[key]
    return tuple(line.strip() for line in found.splitlines() if line.strip())


class Scene:
    """Values that a message, its calls and their results share.

    Args:
        draw: Source of randomness.
    """

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.today = date(2024, 1, 1) + timedelta(days=draw.randrange(2200))
        self._shown: dict[str, str] = {}
        self._meant: dict[str, str] = {}

    def set(self, name: str, shown: str, meant: str | None = None) -> None:
        """Give a slot its value: as people write it, and as an argument says it."""
        self._shown[name], self._meant[name] = shown, shown if meant is None else meant

    def set_units(self, pair: tuple[str, str]) -> tuple[str, str]:
        """Fill the slots of the unit that something has and of the one that is asked for."""
        for name, unit in zip(("from", "to"), pair, strict=True):
            self.set(name, unit)
        return pair

    def has(self, name: str) -> bool:
        """Whether a slot has a value."""
        return name in self._shown

    def frame(self, *keys: str) -> str:
        """Draw a frame of a kind."""
        return self.draw.choice(frames(*keys))

    def pair(self, *keys: str) -> tuple[str, str]:
        """Draw a frame of the form `message => meaning` and fill it: the message, and what it asks for."""
        said, _, meant = self.frame(*keys).partition(" =>")
        return self.say(said), self.meaning(meant.strip())

    def say(self, frame: str) -> str:
        """Fill a frame as people would write it."""
        while found := _CHOICE.search(frame):
            chosen = self.draw.choice(found[1].split("|"))
            frame = frame[: found.start()] + chosen + frame[found.end() :]
        filled = _SLOT.sub(lambda slot: self._value(slot, self._shown), frame)
        return re.sub(r" +([,.?!;:])", r"\1", re.sub(r" {2,}", " ", filled)).strip()

    def any_words(self, most: int) -> str:
        """Draw some words in a row, none of them with figures, of a message that asks for something else."""
        kind = self.draw.choice(("current_time", "noise", "search_documents", "list_documents", "before"))
        words = Scene(self.draw).say(self.frame(kind).partition(" =>")[0]).split()
        words = [word for word in words if word.isalpha()]
        start = self.draw.randrange(len(words) + 1)
        return " ".join(words[start : start + self.draw.randint(0, most)]).lower()

    def meaning(self, frame: str) -> str:
        """Fill the slots of a frame as arguments say them; round brackets stay."""
        return _SLOT.sub(lambda slot: self._value(slot, self._meant), frame)

    def typed(self, day: date) -> tuple[str, str]:
        """Write a date as people do, and as it is reckoned with."""
        return typed_date(day, self.draw), day.isoformat()

    def written(self, meaning: str, said: str) -> str:
        """Return how something that is meant, a date or a zone, stands in what was said; else the meaning."""
        for name, meant in self._meant.items():
            if meant == meaning and (found := re.search(re.escape(self._shown[name]), said, re.IGNORECASE)):
                return found[0]
        return meaning

    def _value(self, slot: re.Match[str], values: dict[str, str]) -> str:
        name, kind = slot[1] + slot[2], slot[1]
        if name not in self._shown:
            drawn = _KINDS[kind](self) if kind in _KINDS else self._word(kind)
            self.set(name, *(drawn if isinstance(drawn, tuple) else (drawn,)))
        return values[name]

    def _word(self, kind: str) -> str:
        words: list[str] = phrasing()["words"][kind].split("|")
        unused = [word for word in words if word not in self._shown.values()]
        return self.draw.choice(unused)

    def spread(self, low: int, high: int, decimals: float = 0.0) -> str:
        """Draw a number that no other slot of the scene has, with decimals in a share of the cases.

        Some begin as another does, since a model that copies 30 where 305 stands has to learn the difference.
        """
        while True:
            number = str(self._alike(low, high) or self.draw.randint(low, high))
            if self.draw.random() < decimals:
                number += f".{self.draw.choice((5, 25, 75, 2, 4, 9, 99, 1, 35, 8, 6))}"
            if number not in self._shown.values():
                return number

    def _alike(self, low: int, high: int) -> int | None:
        """Draw a number that has a figure more or less than one of the scene's, or one that differs."""
        numbers = [shown for shown in self._shown.values() if shown.isascii() and shown.isdigit()]
        if not numbers or self.draw.random() > _ALIKE:
            return None
        other, figure = self.draw.choice(numbers), str(self.draw.randrange(10))
        alike = int(self.draw.choice((other[:-1], other + figure, other[:-1] + figure)) or 0)
        return alike if low <= alike <= high else None


def _day(least: int, most: int) -> Callable[[Scene], tuple[str, str]]:
    return lambda scene: scene.typed(scene.today + timedelta(days=scene.draw.randint(least, most)))


def _after(begin: str, least: int, most: int) -> Callable[[Scene], tuple[str, str]]:
    def draw(scene: Scene) -> tuple[str, str]:
        start = date.fromisoformat(scene.meaning(f"{{{begin}}}"))
        return scene.typed(start + timedelta(days=scene.draw.randint(least, most)))

    return draw


def _term(scene: Scene) -> tuple[str, str]:
    unit, most = scene.draw.choice((("days", 90), ("weeks", 30), ("weeks", 12), ("months", 15)))
    amount = scene.draw.randint(2, most)
    return f"{amount} {unit}", f"{amount} {unit}"


def _span(scene: Scene) -> tuple[str, str]:
    unit = scene.draw.choice(("day", "day", "week", "week", "month", "month", "year"))
    most = {"day": 120, "week": 40, "month": 30, "year": 12}[unit]
    amount = scene.draw.randint(1, scene.draw.choice((6, most)))
    if amount == 1:
        return scene.draw.choice(("a", "one", "1")) + f" {unit}", f"1 {unit}s"
    return f"{amount} {unit}s", f"{amount} {unit}s"


def _town(scene: Scene) -> tuple[str, str]:
    place = scene.draw.choice([place for place in ZONES if place != "UTC"])
    return place, ZONES[place]


def _whole(low: int, high: int, decimals: float = 0.0) -> Callable[[Scene], str]:
    return lambda scene: scene.spread(low, high, decimals)


def _cents(low: int, high: int) -> Callable[[Scene], str]:
    return lambda scene: (
        f"{scene.draw.randint(low, high)}.{scene.draw.choice((50, 99, 20, 95, 49, 75, 10, 35, 80))}"
    )


_KINDS: dict[str, Callable[[Scene], str | tuple[str, str]]] = {
    "few": _whole(2, 12), "n": _whole(3, 60), "m": _whole(61, 990), "k": _whole(1000, 48000),
    "d": _whole(2, 90, 0.6), "long": _whole(20, 900, 0.4), "percent": _whole(2, 95, 0.1),
    "tip": _whole(3, 30), "price": _cents(5, 120), "cheap": _cents(0, 4), "fee": _whole(8, 480, 0.4),
    "small": lambda scene: f"0.{scene.draw.randint(1, 95):02}",
    "note": lambda scene: scene.draw.choice(("20", "50", "100", "200", "500")),
    "date": _day(-900, 1500), "past": _day(-3000, -2), "future": _day(3, 900), "far": _day(1600, 2500),
    "begin": _day(-400, 400), "end": _after("begin", 2, 60), "later": _after("begin", 60, 700),
    "soon": _day(5, 300), "lately": _day(-300, -5), "born": _whole(1930, 1999), "year": _whole(2001, 2025),
    "term": _term, "span": _span, "town": _town,
    "first": lambda scene: scene.draw.choice(FIRST_NAMES), "city": lambda scene: city(scene.draw),
    "name": lambda scene: names.word(scene.draw), "product": lambda scene: names.product(scene.draw),
    "company": lambda scene: names.company(scene.draw), "person": lambda scene: names.person(scene.draw),
    "topic": lambda scene: topic(scene.draw), "path": lambda scene: path(scene.draw),
}  # fmt: skip
