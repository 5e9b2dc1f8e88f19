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
_SIGNS = {"\u00d7": "*", "\u00f7": "/", "\u2212": "-", "^": "**"}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_CALL = re.compile(r"[a-z]\w*\s*\(")
_TWO_ARGUMENTS = re.compile(r"[^,]*\b(?:min|max)\s*\([^,()]*,[^,]*")
"""Of one number there is no largest: the only comma parts two."""
_NUMBER_OR_NAME = re.compile(r"(?:[\d.]+(?:e[+-]?\d+)?|\w+)$", re.IGNORECASE)
_NAME = re.compile(r"[a-z]\w*\s*$")
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
    if not _CALL.search(plain):
        plain = _THOUSANDS.sub("", plain)
    elif _THOUSANDS.search(plain) and not _TWO_ARGUMENTS.fullmatch(plain):
        raise ToolException("Write thousands without a comma in a function: max(1000, 2000).")
    plain = _without_percent_signs(plain)
    for written, meant in _SIGNS.items():
        plain = plain.replace(written, meant)
    return plain


def _without_percent_signs(plain: str) -> str:
    """Write 20% as (20/100), which holds together whatever stands around it."""
    while "%" in plain:
        before, _, after = plain.partition("%")
        begin = _begin_of_operand(before.rstrip())
        plain = f"{before[:begin]}({before[begin:]}/100){after}"
    return plain


def _begin_of_operand(text: str) -> int:
    """Return where the number, name, bracket or call begins that a text ends with."""
    if not text.endswith(")"):
        found = _NUMBER_OR_NAME.search(text)
        return found.start() if found else 0
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] == ")") - (text[place] == "(")
        if not depth:
            called = _NAME.search(text[:place])
            return called.start() if called else place
    return 0
