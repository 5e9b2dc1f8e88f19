"""Regressions over what is known of a decision, fitted by Newton's method."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

MOST_STEPS = 50
SMALLEST_STEP = 1e-9
RIDGE = 1e-3
"""Keeps the fit finite where all decisions are of one kind, or perfectly parted."""


def fit_temperature(margins: Sequence[float], truths: Sequence[bool]) -> tuple[float, float]:
    """Fit temperature and bias to yes/no decisions by logistic regression (Platt 1999).

    Args:
        margins: Log-probability of yes minus that of no, for each decision.
        truths: Whether yes was right.

    Returns:
        Temperature, at least 0.05, and bias: the probability of yes is
        sigmoid(margin / temperature + bias).
    """
    [weight], bias = fit_logistic([[margin] for margin in margins], truths)
    return 1 / float(np.clip(weight, 0.02, 20.0)), bias


def fit_logistic(features: Sequence[Sequence[float]], truths: Sequence[bool]) -> tuple[list[float], float]:
    """Fit a logistic regression.

    Args:
        features: What is known of each case; the same number of features each.
        truths: Whether each case is true.

    Returns:
        The weight of each feature and the bias: the probability is sigmoid(weights · features + bias).
    """
    values, is_true = np.asarray(features, dtype=np.float64).T, np.asarray(truths, dtype=np.float64)
    scales = np.maximum(np.abs(values).max(axis=1, initial=0.0), 1e-9)
    inputs = np.concatenate([values / scales[:, None], np.ones((1, values.shape[1]))])

    def loss(weights: Numbers) -> float:
        scores = weights @ inputs
        return float((np.logaddexp(0, scores) - is_true * scores).sum())

    def slope(weights: Numbers) -> tuple[Numbers, Numbers]:
        predicted = 1 / (1 + np.exp(-np.clip(weights @ inputs, -30, 30)))
        curvature = (inputs * np.maximum(predicted * (1 - predicted), 1e-9)) @ inputs.T
        return inputs @ (predicted - is_true), curvature

    weights = _minimised(loss, slope, len(inputs))
    return (weights[:-1] / scales).tolist(), float(weights[-1])


def fit_signed(
    features: Sequence[Sequence[float]], truths: Sequence[bool], signs: Sequence[int]
) -> tuple[list[float], float]:
    """Fit a logistic regression whose weights have given signs.

    Of few cases it can seem that what speaks for something speaks against it: such a feature is left out.

    Args:
        features: What is known of each case.
        truths: Whether each case is true.
        signs: 1 for a feature that may only speak for a case, -1 for one that may only speak against it.

    Returns:
        The weight of each feature, 0 for those left out, and the bias.
    """
    kept = list(range(len(signs)))
    while True:
        weights, bias = fit_logistic([[row[index] for index in kept] for row in features], truths)
        found = dict(zip(kept, weights, strict=True))
        wrong = {index for index, weight in found.items() if weight * signs[index] < 0}
        if not wrong:
            return [found.get(index, 0.0) for index in range(len(signs))], bias
        kept = [index for index in kept if index not in wrong]


def fit_choice(choices: Sequence[Sequence[Sequence[float]]], truths: Sequence[Sequence[bool]]) -> list[float]:
    """Fit a conditional logit: how much each feature counts when one of several things is chosen.

    McFadden 1974, "Conditional logit analysis of qualitative choice behavior". What all things of a choice
    have in common does not count, and so there is no bias.

    Args:
        choices: What is known of each thing, for each choice; the same number of features each.
        truths: Which things of each choice are right, equally so; one at least.

    Returns:
        The weight of each feature: a thing is chosen with the probability softmax(weights · features).
    """
    values = [np.asarray(things, dtype=np.float64) for things in choices]
    wanted = [np.asarray(right, dtype=np.float64) / sum(right) for right in truths]
    scales = np.maximum(np.abs(np.concatenate(values)).max(axis=0), 1e-9)
    scaled = [things / scales for things in values]

    def loss(weights: Numbers) -> float:
        scores = [things @ weights for things in scaled]
        return float(
            sum(np.logaddexp.reduce(said) - right @ said for said, right in zip(scores, wanted, strict=True))
        )

    def slope(weights: Numbers) -> tuple[Numbers, Numbers]:
        gradient, curvature = np.zeros(len(weights)), np.zeros((len(weights), len(weights)))
        for things, right in zip(scaled, wanted, strict=True):
            scores = things @ weights
            chosen = np.exp(scores - np.logaddexp.reduce(scores))
            mean = chosen @ things
            gradient += mean - right @ things
            curvature += (things * chosen[:, None]).T @ things - np.outer(mean, mean)
        return gradient, curvature

    weights: list[float] = (_minimised(loss, slope, len(scales)) / scales).tolist()
    return weights


def _minimised(
    loss: Callable[[Numbers], float], slope: Callable[[Numbers], tuple[Numbers, Numbers]], count: int
) -> Numbers:
    """Return the weights with the smallest loss, small weights preferred a little.

    Args:
        loss: Of weights; convex.
        slope: Its gradient and its curvature.
        count: How many weights.
    """

    def held(weights: Numbers) -> float:
        return loss(weights) + RIDGE / 2 * float(weights @ weights)

    weights: Numbers = np.zeros(count)
    for _ in range(MOST_STEPS):
        gradient, curvature = slope(weights)
        step = np.linalg.solve(curvature + RIDGE * np.eye(count), gradient + RIDGE * weights)
        while held(weights - step) > held(weights):
            step = step / 2  # a whole step can jump over the minimum of a steep curve
            if np.abs(step).max() < SMALLEST_STEP:
                break
        weights = weights - step
        if np.abs(step).max() < SMALLEST_STEP:
            break
    return weights
