"""Times of day that were said, as calls hold them: “half past 5 in the evening” as “17:30”."""

from __future__ import annotations

import re
from collections.abc import Iterable

_HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
_SHIFTS = {"half past": 30, "quarter past": 15, "quarter to": -15}
"""Minutes that words before the hour add."""
_HOUR = rf"(?P<hour>1[0-2]|0?[1-9]|{'|'.join(_HOURS)})(?:[:.](?P<minute>[0-5]\d))?"
_HALF = r"(?P<half>[ap]\.?m\b|in the (?:morning|afternoon|evening)\b|at night\b)"
_HALF_BEFORE = r"(?P<half>morning|afternoon|evening)(?:,| at| around)?"
_SHIFT = rf"(?:(?P<shift>{'|'.join(_SHIFTS)}) )?"
_TWELVE_HOURS = [
    re.compile(rf"(?<![\w:.]){_SHIFT}{_HOUR}(?: o\Wclock)? ?{_HALF}", re.IGNORECASE),
    re.compile(rf"\b{_HALF_BEFORE} {_SHIFT}{_HOUR}(?![\w:])", re.IGNORECASE),
]
_TWENTY_FOUR_HOURS = re.compile(r"(?<![\w:.])([01]?\d|2[0-3]):([0-5]\d)(?![\w:])")
_WRITTEN = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


def is_clock_time(text: str) -> bool:
    """Whether a text is a time of day as “08:30” or “8:30”."""
    return _WRITTEN.fullmatch(text) is not None


def clock_times(texts: Iterable[str]) -> list[str]:
    """Return each time of day that texts say, from “00:00” to “23:59”, once; “8:30” as it is, too."""
    rest, said = "\n".join(texts), []
    for pattern in _TWELVE_HOURS:
        said += [_of_day(time) for time in pattern.finditer(rest)]
        rest = pattern.sub(" ", rest)
    for hour, minute in _TWENTY_FOUR_HOURS.findall(rest):
        said += [f"{int(hour):02}:{minute}", f"{hour}:{minute}"]
    return list(dict.fromkeys(said))


def _of_day(time: re.Match[str]) -> str:
    """Return a time of twelve hours as one of twenty-four."""
    hour, half = time["hour"].lower(), time["half"].lower()
    hours = (1 + _HOURS.index(hour) if hour in _HOURS else int(hour)) % 12
    is_late = not half.endswith(("morning", "am", "a.m")) and (hours > 0 or not half.endswith("night"))
    minutes = int(time["minute"] or 0) + _SHIFTS.get((time["shift"] or "").lower(), 0)
    minutes += 60 * (hours + 12 * is_late)
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
