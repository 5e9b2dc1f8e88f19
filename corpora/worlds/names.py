"""Invented names and numbers, so that nothing can be answered from memory."""

from __future__ import annotations

import random
from collections.abc import Callable

Draw = Callable[[random.Random], str]
"""Draws one value."""

_ONSETS = "b br c cl d dr f fl g gr h j k kr l m n p pr qu r s sk st t tr v w z".split()
_VOWELS = "a e i o u ai ea io ou".split()
_CODAS = ["", "", "", "n", "r", "s", "l", "x", "th", "nd", "rk", "m"]
_BEGINNINGS = (
    "Abbots Alder Amber Apple Arrow Baker Barn Bay Beau Bell Berg Birch Black Blue Bram Brans Bright Brook "
    "Carls Cart Castle Cedar Chester Clair Clay Clear Cold Copper Crown Deer Eagle East Ed Eich Elder Elm "
    "Fair Falcon Finch Fisher Fox Frost Gilt Glen Gold Grey Gron Gull Harbor Hart Hazel Heath Her Heron "
    "High Hill Hol Honey Horn Iron Ivy Jans Kemp Kings Kirk Lake Lamb Lang Lark Lav Leigh Lime Lind Long "
    "Lund Maple Marsh Mead Mill Mont Moon Moor Moss New Nord Oak Old Olsen Orchard Otter Palm Peter Pine "
    "Plum Quill Rain Raven Red River Rosen Row Salt Sand Sax Schwarz Sea Shep Silver Snow Stan Star Stein "
    "Stone Storm Sun Swan Temple Thorn Timber Tide Twin Vale Wald Walt Weiss Wels West White Winter Wolf "
    "Wood Wren Yar York"
).split()
_ENDINGS = (
    "ard bach beck bell berg bourne bridge brook bury by combe dale dorf eau elle en er etti feld field "
    "gate glen gren hall ham hand haven heim hill hold holm house hurst ingham ing ini key land ley light "
    "ling lock man mann mark mere mont more mouth no oux over point port qvist rick ridge ros sen side ski "
    "smith son sson stein stone strom thorpe ton tree vale view ville vik wald water way well wood yard"
).split()
"""None is an ending of the names that tasks and two-hop questions are measured with."""
_LIKE_WORDS = 0.5
"""Share of the invented words that are put together of parts of common words, as most real names are."""
_FIRST_NAMES = (
    "Ada Ben Carla Dmitri Elena Farid Grace Hugo Ines Jonas Kira Leo Mina Nils Olga Pavel Rosa Sven "
    "Tara Umar Vera Wei Yara Zeno"
).split()
MONTHS = "January February March April May June July August September October November December".split()


def word(draw: random.Random) -> str:
    """Invent a name, capitalised: of two or three syllables, or of parts that stand in common words.

    To the tokenizer these are different things: letters that it knows no word for, and words out of place.
    """
    if draw.random() < _LIKE_WORDS:
        return draw.choice(_BEGINNINGS) + draw.choice(_ENDINGS)
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
