"""The clock and the calendar."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from langchain_core.tools import ToolException, tool

Unit = Literal["days", "weeks", "months", "years"]


@tool(parse_docstring=True)
def current_time(timezone: str = "") -> str:
    """Tell the current date and time, with the day of the week.

    Args:
        timezone: A name such as Europe/Berlin; the local one when empty.
    """
    now = datetime.now(_zone(timezone)) if timezone else datetime.now().astimezone()
    return now.strftime("%A, %Y-%m-%d %H:%M %Z")


@tool(parse_docstring=True)
def days_between(start: str, end: str) -> str:
    """Count the days from one date to another.

    Args:
        start: First date, YYYY-MM-DD or today.
        end: Second date, YYYY-MM-DD or today.
    """
    days = (_date(end) - _date(start)).days
    return f"{days} {'day' if abs(days) == 1 else 'days'}"


@tool(parse_docstring=True)
def add_to_date(start: str, amount: int, unit: Unit = "days") -> str:
    """Tell the date so many days, weeks, months or years after another, or before it.

    Args:
        start: Date to count from, YYYY-MM-DD or today.
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
    if text.strip().casefold() in ("today", "now", ""):
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise ToolException(f"{text!r} is no date; write it like 2026-03-31.") from None
