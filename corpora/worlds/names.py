"""Invented names and numbers, so that nothing can be answered from memory."""

from __future__ import annotations

import random
from collections.abc import Callable

Draw = Callable[[random.Random], str]
"""Draws one value."""

_ONSETS = "b br c cl d dr f fl g gr h j k kr l m n p pr qu r s sk st t tr v w z".split()
_VOWELS = "a e i o u ai ea io ou".split()
_CODAS = ["", "", "", "n", "r", "s", "l", "x", "th", "nd", "rk", "m"]
_FIRST_NAMES = (
    "Ada Ben Carla Dmitri Elena Farid Grace Hugo Ines Jonas Kira Leo Mina Nils Olga Pavel Rosa Sven "
    "Tara Umar Vera Wei Yara Zeno"
).split()
MONTHS = "January February March April May June July August September October November December".split()


def word(draw: random.Random) -> str:
    """Invent a word of two or three syllables, capitalised."""
    syllables = [
        draw.choice(_ONSETS) + draw.choice(_VOWELS) + draw.choice(_CODAS)
        for _ in range(draw.choice((2, 2, 3)))
    ]
    return "".join(syllables).capitalize()


def person(draw: random.Random) -> str:
    """Invent a person's name."""
    return f"{draw.choice(_FIRST_NAMES)} {word(draw)}"


def place(draw: random.Random) -> str:
    """Invent a town."""
    return draw.choice(("", "", "Port ", "New ", "Lake ")) + word(draw)


def company(draw: random.Random) -> str:
    """Invent a company."""
    return word(draw) + draw.choice((" Systems", " Labs", " Group", "", " Works", " & Sons"))


def product(draw: random.Random) -> str:
    """Invent a product."""
    return f"{word(draw)} {draw.choice(('', 'X', 'Mini ', 'Pro '))}{draw.randint(2, 900)}"


def setting(draw: random.Random) -> str:
    """Invent the name of a setting."""
    parts = "max min batch cache retry timeout buffer log queue window worker token page sync".split()
    return "_".join([*draw.sample(parts, 2), draw.choice(("size", "count", "limit", "rate", "ms"))])


def year(draw: random.Random) -> str:
    """Draw a year."""
    return str(draw.randint(1850, 2024))


def date(draw: random.Random) -> str:
    """Draw a day of a year."""
    return f"{draw.randint(1, 28)} {draw.choice(MONTHS)} {draw.randint(1950, 2024)}"


def number(low: int, high: int, unit: str = "") -> Draw:
    """Return a way to draw numbers with a unit."""

    def draw_number(draw: random.Random) -> str:
        value = draw.randint(low, high)
        shown = f"{value:,}" if value >= 10_000 else str(value)
        return f"{shown} {unit}".strip()

    return draw_number


def decimal(digits: int) -> Draw:
    """Return a way to draw small decimal numbers."""
    return lambda draw: f"{draw.randint(1, 99) / 10**digits:.{digits}f}"


def one_of(*values: str) -> Draw:
    """Return a way to draw one of some values."""
    return lambda draw: draw.choice(values)
