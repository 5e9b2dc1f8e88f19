"""Arithmetic by simpleeval: expressions are parsed, never run as Python."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from langchain_core.tools import ToolException, tool
from pydantic import WithJsonSchema

_LONGEST = 300
_FUNCTIONS: dict[str, Any] = {
    name: getattr(math, name)
    for name in ("sqrt", "log", "log2", "log10", "exp", "sin", "cos", "tan", "floor", "ceil")
} | {"abs": abs, "round": round, "min": min, "max": max}
_SIGNS = {"\u00d7": "*", "\u00f7": "/", "\u2212": "-", "^": "**", "%": "/100"}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_NAMES = {"pi": math.pi, "e": math.e}
_WORDS = "|".join(sorted((*_FUNCTIONS, *_NAMES), key=len, reverse=True))
_EXPRESSION = rf"^(?:\d+(?:\.\d+)?|[-+*/%^(), \u00d7\u00f7\u2212]|% of|{_WORDS})+$"
"""What a model that is held to the tool's schema may write; what others write is tried whatever it is."""


@tool(parse_docstring=True)
def calculate(
    expression: Annotated[str, WithJsonSchema({"type": "string", "pattern": _EXPRESSION})],
) -> str:
    """Work out an arithmetic expression, for example (3 + 4) * 2 or sqrt(2) or 15% * 80.

    Args:
        expression: Numbers, + - * / ** ( ), percent signs, sqrt, log, sin, cos, round, min, max, pi, e.
    """
    from simpleeval import InvalidExpression, SimpleEval

    if any(mark in expression.strip() for mark in "\n\r;"):
        raise ToolException("One expression at a time, please.")
    if len(expression) > _LONGEST:
        raise ToolException(f"The expression has more than {_LONGEST} characters.")
    evaluator = SimpleEval(functions=_FUNCTIONS, names=_NAMES)
    try:
        return show_number(evaluator.eval(_to_python(expression)))
    except (InvalidExpression, SyntaxError, ValueError, TypeError, ArithmeticError, MemoryError) as error:
        raise ToolException(f"{expression!r} cannot be worked out: {error}") from error


def show_number(value: object) -> str:
    """Return a number as people write it: without trailing zeros, twelve digits at most.

    Raises:
        ToolException: It is no finite real number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ToolException("The result is no number.")
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        raise ToolException("The result is too large.")
    return f"{value:.12g}"


def _to_python(expression: str) -> str:
    plain = expression.strip().rstrip("=? ").replace("% of ", "% * ")
    if not re.search(r"[a-z]\w*\s*\(", plain):  # there, a comma parts the arguments
        plain = _THOUSANDS.sub("", plain)
    for written, meant in _SIGNS.items():
        plain = plain.replace(written, meant)
    return plain
