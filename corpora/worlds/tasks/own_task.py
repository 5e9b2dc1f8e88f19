"""A task for the agent's own tools, and the answers that the tools give in their own formats."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from corpora.worlds.units import converted

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A call of a tool and what the tool answered."""

    name: str
    arguments: Arguments
    result: str


Steps = Sequence[Step]


@dataclass(frozen=True, slots=True)
class FoundSentence:
    """A sentence of a page that a search found."""

    thing: str
    """What the page is about."""
    text: str
    is_asked: bool
    """Whether it says what the person's message needs."""


@dataclass(frozen=True, slots=True)
class OwnTask:
    """What a person asks, the calls that it takes, and the reply after the last of them."""

    kind: str
    message: str
    steps: Steps
    reply: str
    found: Sequence[FoundSentence] = ()
    """Sentences of the pages that a search found; one of them is asked for."""


def calculate(expression: str) -> Step:
    """Work out an expression."""
    from simpleeval import simple_eval

    plain = expression.replace("% of", "/100 *").replace("%", "/100")
    value = simple_eval(plain, functions={"sqrt": lambda number: number**0.5})
    return Step("calculate", {"expression": expression}, show(value))


def convert(value: str, from_unit: str, to_unit: str) -> Step:
    """Convert a quantity, written as a number, between two units of a family."""
    number = float(value) if "." in value else int(value)
    arguments = {"value": number, "from_unit": from_unit, "to_unit": to_unit}
    return Step("convert_units", arguments, f"{show(converted(float(value), from_unit, to_unit))} {to_unit}")


def add_to_date(start: str, amount: int, unit: str, today: date) -> Step:
    """Shift a date; today is what the person calls so."""
    day = today if start == "today" else date.fromisoformat(start)
    if unit in ("days", "weeks"):
        day += timedelta(days=amount * (7 if unit == "weeks" else 1))
    else:
        months = day.year * 12 + day.month - 1 + amount * (12 if unit == "years" else 1)
        year, month = divmod(months, 12)
        day = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return Step("add_to_date", {"start": start, "amount": amount, "unit": unit}, day.strftime("%A, %Y-%m-%d"))


def days_between(start: str, end: str, today: date) -> Step:
    """Count the days between two dates, each of them perhaps today."""
    first, last = (today if day == "today" else date.fromisoformat(day) for day in (start, end))
    days = (last - first).days
    return Step("days_between", {"start": start, "end": end}, f"{days} {'day' if abs(days) == 1 else 'days'}")


def show(value: float) -> str:
    """Write a number as the tools do."""
    return str(value) if isinstance(value, int) else f"{value:.12g}"


def reply_to(step: Step) -> str:
    """Say what a tool of numbers or dates has answered."""
    arguments = step.arguments
    match step.name:
        case "calculate":
            return f"{arguments['expression']} = {step.result}"
        case "convert_units":
            return f"{arguments['value']} {arguments['from_unit']} = {step.result}"
        case "add_to_date":
            return f"That is {step.result}."
        case _:
            return f"It is {step.result}."
