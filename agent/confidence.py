"""A probability in plain words."""

from __future__ import annotations

_WORDS = (
    (0.9, "very likely right"),
    (0.75, "probably right"),
    (0.5, "may be right, check the source"),
    (0.0, "unsure, check the source"),
)


def in_words(confidence: float) -> str:
    """Return what a confidence from 0 to 1 means for a reader."""
    return next(words for least, words in _WORDS if confidence >= least)


def sentence(confidence: float) -> str:
    """Return a confidence in words and as a percentage: "probably right (81%)"."""
    return f"{in_words(confidence)} ({percent(confidence)})"


def percent(confidence: float) -> str:
    """Return a probability as a whole percentage that never claims certainty."""
    return f"{min(max(round(confidence * 100), 1), 99)}%"
