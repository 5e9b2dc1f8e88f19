"""Unit conversion by pint."""

from __future__ import annotations

import re
from functools import cache
from tokenize import TokenError
from typing import TYPE_CHECKING

from langchain_core.tools import ToolException, tool

from agent.tools.calculator import show_number

if TYPE_CHECKING:
    from pint import UnitRegistry

_LONGEST = 60
_REFUSALS = (AttributeError, ValueError, TypeError, ArithmeticError, AssertionError, SyntaxError, TokenError)
"""What pint raises beside its own errors, for words that are no unit."""
_POWER = re.compile(r"\*\*|\^|[\u00b2\u00b3\u00b9\u2070-\u207f]")
_SMALL_POWER = re.compile(
    rf"(?<=[^\W\d_])\s*(?:(?:\*\*|\^)\s*-?\d|[\u00b2\u00b3])(?!\s*(?:\d|\.|{_POWER.pattern}))"
)
"""That of a word, of one digit. Others are not units, and working them out could take for ever."""
_EVERYDAY = {
    "c": "degC", "f": "degF", "k": "kelvin", "celsius": "degC", "fahrenheit": "degF",
    "degrees celsius": "degC", "degrees fahrenheit": "degF", "\u00b0c": "degC", "\u00b0f": "degF",
    "mph": "mile/hour", "kph": "km/hour", "km/h": "km/hour", "kmh": "km/hour", "lbs": "lb", "mb": "megabyte",
    "gb": "gigabyte", "kb": "kilobyte", "tb": "terabyte",
}  # fmt: skip


@tool(parse_docstring=True)
def convert_units(value: float, from_unit: str, to_unit: str) -> str:
    """Convert a quantity from one unit into another, for example miles into km.

    Args:
        value: The number.
        from_unit: Unit of the number, for example miles, kg, celsius.
        to_unit: Unit wanted.
    """
    from pint.errors import PintError

    if max(len(from_unit), len(to_unit)) > _LONGEST:
        raise ToolException(f"A unit has at most {_LONGEST} characters.")
    if any(_POWER.search(_SMALL_POWER.sub("", unit)) for unit in (from_unit, to_unit)):
        raise ToolException("Only a unit has a power, and of one digit; write it like m^2.")
    registry = _registry()
    try:
        quantity = registry.Quantity(value, _name(from_unit)).to(_name(to_unit))
    except (PintError, *_REFUSALS) as error:
        raise ToolException(f"{from_unit} cannot be converted into {to_unit}: {error}") from error
    return f"{show_number(float(quantity.magnitude))} {to_unit}"


def _name(unit: str) -> str:
    plain = unit.strip()
    return _EVERYDAY.get(plain.casefold(), plain)


@cache
def _registry() -> UnitRegistry[float]:
    from pint import UnitRegistry

    return UnitRegistry()
