"""Units that people convert, and how much each is worth."""

from __future__ import annotations

import random

FAMILIES: dict[str, dict[str, float]] = {
    "length": {
        "km": 1000, "kilometers": 1000, "miles": 1609.344, "m": 1, "meters": 1, "feet": 0.3048,
        "inches": 0.0254, "cm": 0.01, "centimeters": 0.01, "yards": 0.9144, "mm": 0.001,
    },
    "weight": {
        "kg": 1, "kilograms": 1, "pounds": 0.45359237, "lbs": 0.45359237, "grams": 0.001, "g": 0.001,
        "ounces": 0.028349523125, "tonnes": 1000,
    },
    "volume": {
        "liters": 1, "gallons": 3.785411784, "ml": 0.001, "milliliters": 0.001, "cups": 0.2365882365,
        "pints": 0.473176473,
    },
    "time": {"hours": 3600, "minutes": 60, "seconds": 1, "days": 86400, "weeks": 604800},
    "speed": {"mph": 1.609344, "km/h": 1},
    "data": {"MB": 1e6, "GB": 1e9, "TB": 1e12, "megabytes": 1e6, "gigabytes": 1e9, "kilobytes": 1e3},
    "area": {"acres": 4046.8564224, "hectares": 10000},
    "energy": {"joules": 1, "kilojoules": 1000, "calories": 4.184},
}  # fmt: skip
"""Units of a family and their size in one of them; temperatures are no multiples of each other."""

EVERYDAY: dict[str, tuple[str, ...]] = {
    "length": ("km", "kilometers", "miles", "m", "meters", "yards", "feet"),
    "weight": ("kg", "kilograms", "pounds", "lbs", "grams", "ounces"),
    "plain weight": ("kg", "pounds", "lbs", "kilograms"),
    "volume": ("liters", "gallons", "pints", "cups", "ml"), "speed": ("mph", "km/h"),
    "temperature": ("celsius", "fahrenheit"),
}  # fmt: skip
"""Units of roads, loads and drinks, which are repeated and shared."""

_DEGREES = ("celsius", "fahrenheit", "kelvin", "\u00b0C", "\u00b0F")


def families() -> tuple[str, ...]:
    """Return the names of all families that `two_units` draws from."""
    return (*FAMILIES, "temperature")


def two_units(family: str, draw: random.Random) -> tuple[str, str]:
    """Draw the unit that something has and another one that is asked for."""
    if family == "temperature":
        first, second = draw.choice(_DEGREES), draw.choice(_DEGREES)
        while _kelvin(0, first) == _kelvin(0, second):
            second = draw.choice(_DEGREES)
        return first, second
    sizes = FAMILIES[family]
    first = draw.choice(list(sizes))
    # No one asks for a length of many kilometres in millimetres.
    near = [unit for unit in sizes if sizes[unit] != sizes[first] and 1e-4 < sizes[unit] / sizes[first] < 1e4]
    return first, draw.choice(near)


def two_everyday_units(family: str, draw: random.Random) -> tuple[str, str]:
    """Draw two units of every day of different size."""
    while True:
        first, second = draw.sample(EVERYDAY[family], 2)
        if first in _DEGREES or _size(first) != _size(second):
            return first, second


def converted(value: float, from_unit: str, to_unit: str) -> float:
    """Convert a quantity between two units of a family."""
    if from_unit in _DEGREES:
        kelvin = _kelvin(value, from_unit)
        low, high = _kelvin(0, to_unit), _kelvin(100, to_unit)
        return round((kelvin - low) / (high - low) * 100, 9)
    sizes = next(sizes for sizes in FAMILIES.values() if from_unit in sizes and to_unit in sizes)
    return value * sizes[from_unit] / sizes[to_unit]


def _size(unit: str) -> float:
    return next(sizes[unit] for sizes in FAMILIES.values() if unit in sizes)


def _kelvin(value: float, unit: str) -> float:
    if unit in ("celsius", "\u00b0C"):
        return value + 273.15
    return (value + 459.67) * 5 / 9 if unit in ("fahrenheit", "\u00b0F") else value
