"""Measures of decisions that come with a probability, and thresholds for them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

BINS = 10
"""Bins of the calibration error."""

BOOTSTRAP_SAMPLES = 200
"""Samples that a threshold is the mean of."""

SMALLEST_PROBABILITY = 1e-9
"""Thresholds closer to 0 or 1 than this count as this: log-odds have no bounds."""


def area_under_curve(probabilities: Sequence[float], truths: Sequence[bool]) -> float | None:
    """Return the chance that a true case scores above a false one (AUROC); None without both kinds."""
    scores, is_true = np.asarray(probabilities), np.asarray(truths, dtype=bool)
    positives, negatives = int(is_true.sum()), int((~is_true).sum())
    if not positives or not negatives:
        return None
    _, ranks = np.unique(scores, return_inverse=True)
    counts = np.bincount(ranks)
    mean_ranks = np.cumsum(counts) - (counts - 1) / 2
    total = float(mean_ranks[ranks][is_true].sum())
    return (total - positives * (positives + 1) / 2) / (positives * negatives)


def reliability(probabilities: Sequence[float], truths: Sequence[bool]) -> list[tuple[float, float, int]]:
    """Return mean probability, share of true cases and number of cases of ten bins of equal width.

    Bins without a case are left out.
    """
    scores, is_true = np.asarray(probabilities), np.asarray(truths, dtype=np.float64)
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    filled = (bins == number for number in sorted(set(bins.tolist())))
    return [
        (float(scores[inside].mean()), float(is_true[inside].mean()), int(inside.sum())) for inside in filled
    ]


def calibration_error(probabilities: Sequence[float], truths: Sequence[bool]) -> float:
    """Return the expected calibration error over ten bins of equal width (Guo et al. 2017), 0 to 1."""
    bins = reliability(probabilities, truths)
    cases = max(1, sum(count for _, _, count in bins))
    return sum(count * abs(said - was) for said, was, count in bins) / cases


def balanced_accuracy(probabilities: Sequence[float], truths: Sequence[bool], threshold: float) -> float:
    """Return the mean of the accuracies on true and on false cases; of one kind if there is but one."""
    said, is_true = np.asarray(probabilities) >= threshold, np.asarray(truths, dtype=bool)
    rates = [float((said[kind] == is_true[kind]).mean()) for kind in (is_true, ~is_true) if kind.any()]
    return sum(rates) / len(rates) if rates else 0.0


def best_threshold(probabilities: Sequence[float], truths: Sequence[bool]) -> float:
    """Return the threshold with the highest balanced accuracy; between two scores, their middle.

    Only where none of these is as good, it is one that all scores reach, or none.
    """
    scores = sorted(set(probabilities))
    middles = [(low + high) / 2 for low, high in pairwise(scores)]
    candidates = middles[:: max(1, len(middles) // 200)] or [0.5]
    if scores:
        candidates += [scores[0], float(np.nextafter(scores[-1], np.inf))]
    return max(candidates, key=lambda value: balanced_accuracy(probabilities, truths, value))


def bagged_threshold(probabilities: Sequence[float], truths: Sequence[bool], *, seed: int = 0) -> float:
    """Return the mean, in log-odds, of the best thresholds of bootstrap samples ("Bagging", Breiman 1996).

    Of few cases the best threshold lies anywhere on a plateau, by chance; their mean lies where most of
    the plateaus do.
    """
    scores, is_true = np.asarray(probabilities), np.asarray(truths, dtype=bool)
    generator = np.random.default_rng(seed)
    best = []
    for _ in range(BOOTSTRAP_SAMPLES):
        drawn = generator.integers(0, len(scores), len(scores))
        if 0 < is_true[drawn].sum() < len(drawn):
            best.append(best_threshold(scores[drawn].tolist(), is_true[drawn].tolist()))
    if not best:
        return best_threshold(probabilities, truths)
    bounded = np.clip(best, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return float(1 / (1 + np.exp(-np.log(bounded / (1 - bounded)).mean())))


def risk_coverage(
    confidences: Sequence[float], scores: Sequence[float], *, points: int | None = None
) -> list[tuple[float, float]]:
    """Return share answered and mean error, when only the surest are answered, surest first.

    Args:
        confidences: How sure each answer was.
        scores: How good each was, 0 to 1.
        points: Most points of the curve, evenly spread over the coverage; one an answer by default.
    """
    order = np.argsort(-np.asarray(confidences), kind="stable")
    errors = 1 - np.asarray(scores, dtype=np.float64)[order]
    answered = np.arange(1, len(errors) + 1)
    curve = list(zip((answered / len(errors)).tolist(), (np.cumsum(errors) / answered).tolist(), strict=True))
    if points is None or points >= len(curve):
        return curve
    return [curve[index] for index in np.linspace(0, len(curve) - 1, points).astype(int)]
