"""The clock and the calendar; dates are read in any form in which people write them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from dateutil import parser
from langchain_core.tools import ToolException, tool

Unit = Literal["days", "weeks", "months", "years"]

_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2))
"""What a text leaves out is filled from these: it is a whole date if both give the same one."""
_TWO_NUMBERS = re.compile(r"(\d{1,2})/(\d{1,2})/\d+")
_DOTTED = re.compile(r"\D*\d{1,2}\.\s*\d{1,2}\.")
"""Numbers parted by dots begin with the day, as in 5.3.2026; a dot elsewhere says nothing of their order."""


@tool(parse_docstring=True)
def current_time(timezone: str = "") -> str:
    """Tell the current date and time, with the day of the week.

    Args:
        timezone: A city, or a name such as Europe/Berlin; the local one when empty.
    """
    now = datetime.now(_zone(timezone)) if timezone else datetime.now().astimezone()
    return now.strftime("%A, %Y-%m-%d %H:%M %Z")


@tool(parse_docstring=True)
def days_between(start: str, end: str) -> str:
    """Count the days from one date to another.

    Args:
        start: First date, as it is written, or today.
        end: Second date, as it is written, or today.
    """
    days = (_date(end) - _date(start)).days
    return f"{days} {'day' if abs(days) == 1 else 'days'}"


@tool(parse_docstring=True)
def add_to_date(start: str, amount: int, unit: Unit = "days") -> str:
    """Tell the date so many days, weeks, months or years after another, or before it.

    Args:
        start: Date to count from, as it is written, or today.
        amount: How many; negative counts backwards.
        unit: What is counted.
    """
    try:
        return _shift(_date(start), amount, unit).strftime("%A, %Y-%m-%d")
    except (OverflowError, ValueError) as error:
        raise ToolException("The date lies outside of the years 1 to 9999.") from error


def _shift(day: date, amount: int, unit: Unit) -> date:
    if unit in ("days", "weeks"):
        return day + timedelta(**{unit: amount})
    months = day.year * 12 + day.month - 1 + amount * (12 if unit == "years" else 1)
    year, month = divmod(months, 12)
    # The 31st of a shorter month is its last day.
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _zone(name: str) -> ZoneInfo:
    """Find a time zone; its city is enough, since few who ask know under which continent it is filed."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        city = _city(name)
        known = [ZoneInfo(zone) for zone in available_timezones() if "/" in zone and _city(zone) == city]
        if len({datetime.now(zone).utcoffset() for zone in known}) != 1:
            raise ToolException(f"There is no time zone {name!r}; write it like Europe/Berlin.") from error
        return known[0]


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].strip().replace(" ", "_").casefold()


def _date(text: str) -> date:
    written = text.strip()
    if written.casefold() in ("today", "now", ""):
        return datetime.now().astimezone().date()
    numbers = _TWO_NUMBERS.match(written)
    if numbers and numbers[1] != numbers[2] and max(map(int, numbers.groups())) <= 12:
        raise ToolException(f"{text!r} may be two dates; write it like 2026-03-31.")
    day_first = _DOTTED.match(written) is not None
    try:
        found, again = (parser.parse(written, default=day, dayfirst=day_first) for day in _DEFAULTS)
    except (parser.ParserError, OverflowError):
        found = again = None
    if found is None or found.date() != again.date():
        raise ToolException(f"{text!r} is no whole date; write it like 2026-03-31.")
    day: date = found.date()
    return day
