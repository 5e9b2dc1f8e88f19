"""The measures of quality, against values worked out by hand or by brute force."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import pytest

from llm.evaluation.answers import exact_match, normalise, token_f1
from llm.evaluation.decisions import (
    area_under_curve,
    bagged_threshold,
    balanced_accuracy,
    best_threshold,
    calibration_error,
    reliability,
    risk_coverage,
)
from llm.evaluation.intervals import interval
from llm.evaluation.regression import fit_choice, fit_logistic, fit_signed, fit_temperature


def test_answers_are_normalised_as_squad_does() -> None:
    assert normalise("The  Eiffel-Tower, (Paris)!") == "eiffeltower paris"


@pytest.mark.parametrize(
    ("predicted", "answers", "exact", "f1"),
    [
        ("the cat", ["A cat."], 1.0, 1.0),
        ("black cat", ["cat"], 0.0, 2 / 3),
        ("dog", ["cat", "a dog"], 1.0, 1.0),
        (None, ["cat"], 0.0, 0.0),
        (None, [], 1.0, 1.0),
        ("cat", [], 0.0, 0.0),
    ],
)
def test_exact_match_and_f1(predicted: str | None, answers: list[str], exact: float, f1: float) -> None:
    assert exact_match(predicted, answers) == exact
    assert token_f1(predicted, answers) == pytest.approx(f1)


def test_area_under_curve_counts_ordered_pairs() -> None:
    draw = random.Random(0)
    scores = [draw.choice([0.1, 0.2, 0.3, 0.4]) for _ in range(60)]
    truths = [draw.random() < 0.4 for _ in scores]
    pairs = [
        (1.0 if a > b else 0.5 if a == b else 0.0)
        for a, is_a in zip(scores, truths, strict=True)
        for b, is_b in zip(scores, truths, strict=True)
        if is_a and not is_b
    ]
    assert area_under_curve(scores, truths) == pytest.approx(sum(pairs) / len(pairs))
    assert area_under_curve([0.5], [True]) is None


def test_calibration_error_of_honest_and_boastful_scores() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0.0)
    assert calibration_error([1.0] * 4, [True, False, False, False]) == pytest.approx(0.75)


def test_reliability_leaves_out_bins_without_a_case() -> None:
    assert reliability([0.75, 0.7, 0.1, 1.0], [True, False, False, True]) == [
        (pytest.approx(0.1), 0.0, 1),
        (pytest.approx(0.725), 0.5, 2),
        (1.0, 1.0, 1),
    ]
    assert reliability([], []) == []


def test_best_threshold_parts_the_kinds() -> None:
    scores, truths = [0.1, 0.2, 0.7, 0.9], [False, False, True, True]
    threshold = best_threshold(scores, truths)
    assert 0.2 < threshold < 0.7
    assert balanced_accuracy(scores, truths, threshold) == 1.0


@pytest.mark.parametrize("truth", [True, False])
def test_the_best_threshold_of_one_kind_is_right_about_all(truth: bool) -> None:
    scores, truths = [0.2, 0.4, 0.9], [truth] * 3
    assert balanced_accuracy(scores, truths, best_threshold(scores, truths)) == 1.0


def test_the_best_threshold_is_never_worse_than_another() -> None:
    scores, truths = [0.1, 0.2, 0.8, 0.9], [True, True, False, False]
    best = balanced_accuracy(scores, truths, best_threshold(scores, truths))
    assert all(balanced_accuracy(scores, truths, value / 20) <= best for value in range(21))


def test_a_bagged_threshold_is_not_at_the_mercy_of_one_case() -> None:
    scores = [0.01, 0.02, 0.03, 0.04, 0.05, 0.3, 0.8, 0.85, 0.9, 0.95]
    truths = [False] * 5 + [True] * 5
    without = [*truths[:5], False, *truths[6:]]

    def change(threshold: Callable[[Sequence[float], Sequence[bool]], float]) -> float:
        return abs(threshold(scores, without) - threshold(scores, truths))

    assert 0.05 < bagged_threshold(scores, truths) < 0.3
    assert 0.3 < bagged_threshold(scores, without) < 0.8
    assert change(bagged_threshold) < change(best_threshold)
    assert bagged_threshold(scores, truths) == bagged_threshold(scores, truths)


def test_a_bagged_threshold_of_one_kind_is_the_best_one() -> None:
    scores, truths = [0.2, 0.4], [True, True]
    assert bagged_threshold(scores, truths) == best_threshold(scores, truths)


def test_a_feature_that_speaks_the_wrong_way_is_left_out() -> None:
    truths = [True, True, False, False, True, False]
    features = [[2.0, -1.0], [1.5, -2.0], [-1.0, 1.0], [-2.0, 2.0], [-0.5, -1.0], [0.5, 1.5]]
    [first, second], bias = fit_signed(features, truths, (1, 1))
    assert second == 0.0
    assert ([first], bias) == fit_logistic([[row[0]] for row in features], truths)
    assert fit_signed(features, truths, (1, -1)) == fit_logistic(features, truths)


def test_a_thinned_curve_keeps_its_ends() -> None:
    confidences = [index / 100 for index in range(100)]
    whole = risk_coverage(confidences, confidences)
    thin = risk_coverage(confidences, confidences, points=9)
    assert len(thin) == 9
    assert (thin[0], thin[-1]) == (whole[0], whole[-1])
    assert set(thin) <= set(whole)


def test_fit_logistic_recovers_the_weights_of_several_features() -> None:
    draw = random.Random(1)
    features = [(draw.gauss(0, 2), draw.gauss(0, 0.3)) for _ in range(6000)]
    odds = [0.5 * first + 4.0 * second - 1.0 for first, second in features]
    truths = [draw.random() < 1 / (1 + math.exp(-value)) for value in odds]
    (first, second), bias = fit_logistic(features, truths)
    assert first == pytest.approx(0.5, abs=0.08)
    assert second == pytest.approx(4.0, abs=0.4)
    assert bias == pytest.approx(-1.0, abs=0.12)


def test_fit_choice_recovers_what_tells_the_chosen_from_its_neighbours() -> None:
    draw = random.Random(1)
    choices, truths = [], []
    for _ in range(3000):
        common = draw.gauss(0, 5)  # what all have in common does not count
        things = [(draw.gauss(0, 2) + common, draw.gauss(0, 0.3)) for _ in range(draw.randint(2, 6))]
        weights = [math.exp(0.5 * (first - common) + 4.0 * second) for first, second in things]
        [right] = draw.choices(range(len(things)), weights)
        choices.append(things)
        truths.append([place == right for place in range(len(things))])
    first, second = fit_choice(choices, truths)
    assert first == pytest.approx(0.5, abs=0.06)
    assert second == pytest.approx(4.0, abs=0.4)


def test_of_several_right_things_none_is_preferred() -> None:
    assert fit_choice([[(1.0,), (2.0,), (3.0,)]], [[True, False, True]]) == pytest.approx([0.0], abs=1e-6)


def test_fit_temperature_recovers_what_made_the_decisions() -> None:
    draw = random.Random(1)
    margins = [draw.gauss(0, 4) for _ in range(20_000)]
    truths = [draw.random() < 1 / (1 + math.exp(-(margin / 2.5 - 0.5))) for margin in margins]
    temperature, bias = fit_temperature(margins, truths)
    assert temperature == pytest.approx(2.5, rel=0.1)
    assert bias == pytest.approx(-0.5, abs=0.1)


def test_risk_falls_when_only_the_surest_are_answered() -> None:
    curve = risk_coverage([0.9, 0.1, 0.8], [1.0, 0.0, 1.0])
    assert curve[0] == (pytest.approx(1 / 3), 0.0)
    assert curve[-1] == (1.0, pytest.approx(1 / 3))


def test_an_interval_holds_the_mean_and_narrows() -> None:
    few, many = interval([0.0, 1.0] * 10), interval([0.0, 1.0] * 1000)
    assert few[0] < 0.5 < few[1]
    assert many[1] - many[0] < few[1] - few[0]
