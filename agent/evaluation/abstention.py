"""Figures of answers that are withheld below a confidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llm.evaluation.decisions import balanced_accuracy, best_threshold, reliability, risk_coverage

CURVE_POINTS = 25
"""Points of the risk-coverage curve."""


def abstention_figures(
    confidences: Sequence[float], truths: Sequence[bool], worth: Sequence[float], threshold: float
) -> dict[str, Any]:
    """Return how well a confidence parts questions that are answered from the others.

    Args:
        confidences: How sure each answer was, 0 to 1.
        truths: Which questions have an answer.
        worth: How good each answer was, 0 to 1.
        threshold: Confidence from which the program answers.
    """
    best = best_threshold(confidences, truths)
    return {
        "abstain_accuracy": balanced_accuracy(confidences, truths, threshold),
        "threshold": threshold,
        "best_threshold": best,
        "best_abstain_accuracy": balanced_accuracy(confidences, truths, best),
        "reliability": reliability(confidences, truths),
        "risk_coverage": risk_coverage(confidences, worth, points=CURVE_POINTS),
    }
