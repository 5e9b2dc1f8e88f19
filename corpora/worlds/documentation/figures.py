"""Quantities as technical documents write them, each with its unit."""

from __future__ import annotations

import random

_SCALES = ("million", "billion")
_WORDS = "two three four five six eight ten twelve".split()


def _decimal(draw: random.Random, high: float) -> str:
    value = draw.uniform(0.1, high)
    return f"{value:.1f}" if value < 20 else str(round(value))


def count(draw: random.Random) -> str:
    """Draw a large number of things, such as parameters."""
    return draw.choice(
        (
            f"{_decimal(draw, 400)} {draw.choice(_SCALES)}",
            f"{_decimal(draw, 400)} {draw.choice(_SCALES)}",
            f"{_decimal(draw, 90)}{draw.choice('MBK')}",
            f"{draw.randint(1_000, 900_000):,}",
            f"about {draw.randint(2, 900)} {draw.choice(_SCALES)}",
        )
    ).removeprefix("about ")


def size(draw: random.Random) -> str:
    """Draw an amount of memory."""
    space = draw.choice((" ", " ", " ", ""))
    return f"{_decimal(draw, 600)}{space}{draw.choice(('KB', 'MB', 'GB', 'MiB', 'GiB', 'TB', 'kB'))}"


def duration(draw: random.Random) -> str:
    """Draw a stretch of time."""
    number = draw.choice((_decimal(draw, 90), str(draw.randint(2, 600))))
    unit = draw.choice(("milliseconds", "seconds", "seconds", "minutes", "hours", "days"))
    return draw.choice(
        (
            f"{number} {unit}",
            f"{draw.choice(_WORDS)} {unit}",
            f"{number} {draw.choice(('ms', 's', 'µs', 'min'))}",
        )
    )


def percentage(draw: random.Random) -> str:
    """Draw a share in per cent."""
    return f"{_decimal(draw, 99)}{draw.choice(('%', '%', '%', ' per cent', ' percent'))}"


def small(draw: random.Random) -> str:
    """Draw a small whole number, in digits or in words."""
    return draw.choice((str(draw.randint(2, 128)), str(2 ** draw.randint(1, 12)), draw.choice(_WORDS)))


def number(draw: random.Random) -> str:
    """Draw a whole number, in digits."""
    return draw.choice((str(draw.randint(2, 999)), f"{draw.randint(1_000, 90_000):,}"))


def extent(draw: random.Random) -> str:
    """Draw a length and a width."""
    unit = draw.choice(("pixels", "pixels", "cm", "cells", "tiles"))
    return f"{draw.randint(4, 512)} by {draw.randint(4, 512)} {unit}"


def setting(draw: random.Random) -> str:
    """Draw the value of a setting."""
    return draw.choice(
        (
            str(draw.randint(2, 5000)),
            f"{draw.randint(1, 99) / 100:g}",
            f"{draw.choice((1, 2, 3, 5))}e-{draw.randint(2, 8)}",
            f"{10 ** -draw.randint(1, 5):.5f}".rstrip("0"),
            str(2 ** draw.randint(3, 16)),
            duration(draw),
            size(draw),
        )
    )


def decimal(draw: random.Random) -> str:
    """Draw a small decimal number, such as a learning rate."""
    return draw.choice(
        (
            f"{draw.choice((1, 2, 3, 5))}e-{draw.randint(2, 6)}",
            f"{10 ** -draw.randint(1, 5):.5f}".rstrip("0"),
            f"0.{draw.choice(('', '0', '00'))}{draw.randint(1, 9)}",
        )
    )


def rate(draw: random.Random) -> str:
    """Draw an amount of work a second or an hour."""
    work = draw.choice("requests images tokens queries messages frames rows writes documents".split())
    return f"{draw.randint(2, 90_000):,} {work} per {draw.choice(('second', 'second', 'minute', 'hour'))}"


def factor(draw: random.Random) -> str:
    """Draw how many times as much."""
    return draw.choice(
        (f"{_decimal(draw, 12)} times", f"{draw.choice(_WORDS)} times", f"{draw.randint(2, 90)}x")
    )


def year(draw: random.Random) -> str:
    """Draw a year in which software was written."""
    return str(draw.randint(1968, 2012))


def later_year(draw: random.Random) -> str:
    """Draw a year after all that `year` draws."""
    return str(draw.randint(2013, 2025))


def period(draw: random.Random) -> str:
    """Draw a stretch of time that people wait for, such as a training run."""
    value = draw.choice((_decimal(draw, 90), str(draw.randint(2, 90)), draw.choice(_WORDS)))
    return f"{value} {draw.choice(('hours', 'days', 'weeks', 'minutes'))}"


def span(draw: random.Random) -> str:
    """Draw the values that a setting may take."""
    low = draw.choice((0, 1, 2, 8, 16))
    high = draw.choice((10, 32, 64, 100, 255, 1024, 65_535))
    return draw.choice(
        (
            f"from {low} to {high}",
            f"between {low} and {high}",
            f"0.{draw.randint(1, 4)} to 0.{draw.randint(5, 9)}",
        )
    )


def formula(draw: random.Random) -> str:
    """Draw a formula in words or in signs."""
    first, second = draw.sample(
        "hits misses errors requests tokens rows correct total matches clicks".split(), 2
    )
    return draw.choice(
        (
            f"{first} / ({first} + {second})",
            f"1 - {first} / {second}",
            f"the number of {first} divided by that of {second}",
            f"the square root of {first} times {second}",
            f"the harmonic mean of {first} and {second}",
            f"2 * {first} / ({first} + {second})",
            f"log({first}) - log({second})",
        )
    )


def price(draw: random.Random) -> str:
    """Draw an amount of money."""
    value = draw.randint(2, 900)
    return draw.choice((f"${value}", f"{value} euros", f"{value} dollars", f"€{value}"))
