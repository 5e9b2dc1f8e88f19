"""A probability in plain words."""

from __future__ import annotations

from agent.conversations.answer import Answer

_WORDS = (
    (90, "very likely answered"),
    (75, "probably answered"),
    (50, "possibly answered, check the source"),
    (0, "doubtfully answered, check the source"),
)
"""From which percentage on which words hold; all of them go on with "By the documents the question is"."""


def sentence(confidence: float) -> str:
    """Return a confidence from 0 to 1 in words and as a percentage: "probably answered (81%)"."""
    shown = _percentage(confidence)
    words = next(words for least, words in _WORDS if shown >= least)
    return f"{words} ({shown}%)"


def closest(answer: Answer) -> str:
    """Return the words over what came closest where there is no answer."""
    return f"What comes closest is not sure enough ({percent(answer.confidence or 0.0)}):"


def percent(confidence: float) -> str:
    """Return a probability as a whole percentage that never claims certainty."""
    return f"{_percentage(confidence)}%"


def _percentage(confidence: float) -> int:
    return min(max(round(confidence * 100), 1), 99)
