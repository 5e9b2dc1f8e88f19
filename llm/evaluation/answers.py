"""Exact match and F1 of answers, as SQuAD's official script counts them (Rajpurkar et al. 2016)."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """Lower the case; drop punctuation, articles and surplus white space."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(predicted: str | None, answers: Sequence[str]) -> float:
    """Return 1 if the prediction is one of the answers, else 0.

    Args:
        predicted: The answer given; None for none.
        answers: Acceptable answers; none if the question has no answer.
    """
    if not answers or predicted is None:
        return float(not answers and predicted is None)
    return float(any(normalise(predicted) == normalise(answer) for answer in answers))


def token_f1(predicted: str | None, answers: Sequence[str]) -> float:
    """Return the harmonic mean of precision and recall of words, for the best answer, 0 to 1."""
    if not answers or predicted is None:
        return float(not answers and predicted is None)
    return max(_f1(normalise(predicted).split(), normalise(answer).split()) for answer in answers)


def _f1(predicted: list[str], expected: list[str]) -> float:
    if not predicted or not expected:
        return float(predicted == expected)
    shared = sum((Counter(predicted) & Counter(expected)).values())
    return 2 * shared / (len(predicted) + len(expected))
