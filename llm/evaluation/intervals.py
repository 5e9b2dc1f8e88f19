"""How sure a mean is: the percentile bootstrap (Efron 1979)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RESAMPLES = 1000


def interval(values: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """Return the bounds between which the mean of such values lies 95 times out of 100."""
    numbers = np.asarray(values, dtype=np.float64)
    if not len(numbers):
        return 0.0, 0.0
    draw = np.random.default_rng(seed)
    means = [draw.choice(numbers, len(numbers)).mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def mean(values: Sequence[float]) -> float:
    """Return the mean, 0 for no values."""
    return float(np.mean(values)) if len(values) else 0.0


def means_by_kind(kinds: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    """Return the mean of the values of each kind, in the order in which the kinds come first.

    Args:
        kinds: Of what kind each value is.
        values: The values.
    """
    return {
        kind: mean([value for of, value in zip(kinds, values, strict=True) if of == kind])
        for kind in dict.fromkeys(kinds)
    }
