"""What our own tools answer, and how the assistant passes it on.

The results are invented: what is learned is to say what the tool said, whatever it was.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from corpora.worlds import names

Arguments = Mapping[str, Any]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ZONES = ("UTC", "CET", "CEST", "EST", "PST", "JST", "IST")
_ENDINGS = ("md", "txt", "pdf", "docx", "csv")


def result_of(name: str, arguments: Arguments, draw: random.Random) -> tuple[str, str] | None:
    """Invent what a tool answers to a call, and the assistant's reply.

    Args:
        name: Name of the tool.
        arguments: Of the call.
        draw: Draws the result.

    Returns:
        The result and the reply; None for tools whose results are to be read, not repeated.
    """
    invent = _TOOLS.get(name)
    return invent(arguments, draw) if invent else None


def _calculate(arguments: Arguments, draw: random.Random) -> tuple[str, str]:
    result = _number(draw)
    return result, f"{arguments['expression']} = {result}"


def _convert(arguments: Arguments, draw: random.Random) -> tuple[str, str]:
    result = f"{_number(draw)} {arguments['to_unit']}"
    return result, f"{arguments['value']} {arguments['from_unit']} = {result}"


def _time(_: Arguments, draw: random.Random) -> tuple[str, str]:
    result = f"{_date(draw)} {draw.randrange(24):02}:{draw.randrange(60):02} {draw.choice(_ZONES)}"
    return result, f"It is {result}."


def _add(_: Arguments, draw: random.Random) -> tuple[str, str]:
    result = _date(draw)
    return result, f"That is {result}."


def _between(_: Arguments, draw: random.Random) -> tuple[str, str]:
    result = f"{draw.randint(-400, 4000)} days"
    return result, f"It is {result}."


def _remember(arguments: Arguments, _: random.Random) -> tuple[str, str]:
    return f"Remembered: {arguments['fact']}", "I will remember that."


def _recall(arguments: Arguments, draw: random.Random) -> tuple[str, str]:
    if draw.random() < 0.3:
        return "Nothing is remembered about that.", "I remember nothing about that."
    result = (
        f"{arguments['about']} {draw.choice(('is', 'likes', 'lives in', 'is called'))} {names.word(draw)}"
    )
    return result, f"You told me: {result}"


def _list(_: Arguments, draw: random.Random) -> tuple[str, str]:
    files = [f"{names.word(draw).lower()}.{draw.choice(_ENDINGS)}" for _ in range(draw.randint(1, 5))]
    return "\n".join(files), f"There are: {', '.join(files)}"


def _number(draw: random.Random) -> str:
    whole = str(draw.randint(0, 10 ** draw.randint(1, 7)))
    return whole if draw.random() < 0.5 else f"{whole}.{draw.randint(1, 10 ** draw.randint(1, 6))}"


def _date(draw: random.Random) -> str:
    month, day = draw.randint(1, 12), draw.randint(1, 28)
    return f"{draw.choice(_DAYS)}, {draw.randint(1990, 2040)}-{month:02}-{day:02}"


_TOOLS: dict[str, Callable[[Arguments, random.Random], tuple[str, str]]] = {
    "calculate": _calculate,
    "convert_units": _convert,
    "current_time": _time,
    "add_to_date": _add,
    "days_between": _between,
    "remember": _remember,
    "recall": _recall,
    "list_documents": _list,
}
