"""Put the rankings of several methods together."""

from __future__ import annotations

from collections.abc import Mapping


def convex(dense: Mapping[int, float], sparse: Mapping[int, float], weight: float) -> dict[int, float]:
    """Mix two score tables after scaling each to 0..1; what the words did not find counts as 0 for them.

    Args:
        dense: Scores by chunk number. What only the words found has no vector yet: they alone count.
        sparse: Scores by chunk number.
        weight: Share of the dense score, 0 to 1.
    """
    first, second = scaled(dense), scaled(sparse)
    return {
        number: weight * first.get(number, second.get(number, 0.0)) + (1.0 - weight) * second.get(number, 0.0)
        for number in first.keys() | second.keys()
    }


def scaled(scores: Mapping[int, float]) -> dict[int, float]:
    """Scale scores so that the lowest becomes 0 and the highest 1."""
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    if high == low:
        return dict.fromkeys(scores, 1.0)
    return {number: (score - low) / (high - low) for number, score in scores.items()}
