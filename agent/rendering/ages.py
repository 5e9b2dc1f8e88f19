"""How long ago something was, in words."""

from __future__ import annotations

import time

from agent.rendering.counts import counted

_UNITS = ((86_400 * 365, "year"), (86_400 * 30, "month"), (86_400, "day"), (3_600, "hour"), (60, "minute"))


def age(moment: float, now: float | None = None) -> str:
    """Return how long ago a moment was, both in seconds since the epoch."""
    seconds = (time.time() if now is None else now) - moment
    for length, unit in _UNITS:
        count = int(seconds // length)
        if count >= 1:
            return f"{counted(count, unit)} ago"
    return "just now"
