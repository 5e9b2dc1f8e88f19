"""A probability in plain words."""

from __future__ import annotations

_WORDS = (
    (90, "the documents very likely answer this"),
    (75, "the documents probably answer this"),
    (50, "the documents may answer this, check the source"),
    (0, "doubtful, check the source"),
)
"""From which percentage on which words hold."""


def sentence(confidence: float) -> str:
    """Return a confidence from 0 to 1 in words and as a percentage: "… probably answer this (81%)"."""
    shown = _percentage(confidence)
    words = next(words for least, words in _WORDS if shown >= least)
    return f"{words} ({shown}%)"


def percent(confidence: float) -> str:
    """Return a probability as a whole percentage that never claims certainty."""
    return f"{_percentage(confidence)}%"


def _percentage(confidence: float) -> int:
    return min(max(round(confidence * 100), 1), 99)
