"""The course of the learning rate: warm up, hold, decay in a straight line."""

from __future__ import annotations

from llm.training.config import Optimiser


def rate_at(progress: float, optimiser: Optimiser) -> float:
    """Return the learning rate as a share of its peak.

    Args:
        progress: Share of the stage that is done, 0 to 1, by tokens or by time.
        optimiser: Lengths of warm-up and decay, and where the decay ends.
    """
    if progress < optimiser.warmup:
        return max(progress / optimiser.warmup, 0.01)
    left = 1 - progress
    if left >= optimiser.decay or optimiser.decay == 0:
        return 1.0
    return optimiser.final + (1 - optimiser.final) * max(left, 0.0) / optimiser.decay
