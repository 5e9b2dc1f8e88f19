"""How sure an answer is: a product without a fit, a regression with one; a rival makes it less sure."""

from __future__ import annotations

import pytest

from graphs import Confidence, Judgement, Thresholds, build_document_qa
from graphs.confidence import LEAST_RIVAL
from graphs.evidence import log_odds
from tests.graphs.fakes import ListRetriever, passages_of
from tests.graphs.test_document_qa import QUESTION, ported

FITTED = Confidence(certainty=1.5, support=0.2, rival=-0.5, coverage=2.0, bias=0.3)


def test_without_a_fit_it_is_the_product() -> None:
    assert Confidence().of(0.8, 0.5, rival=0.9) == pytest.approx(0.4)


def test_with_a_fit_it_is_the_regression() -> None:
    expected = 1.5 * log_odds(0.8) + 0.2 * log_odds(0.5) - 0.5 * log_odds(0.1) + 2.0 * 0.75 + 0.3
    assert log_odds(FITTED.of(0.8, 0.5, 0.1, 0.75)) == pytest.approx(expected)
    assert Confidence(**FITTED.weights) == FITTED


def test_a_rival_makes_it_less_sure_but_no_passage_is_none() -> None:
    assert FITTED.of(0.8, 0.5, 0.7) < FITTED.of(0.8, 0.5, 0.1)
    assert FITTED.of(0.8, 0.5, LEAST_RIVAL / 9) == FITTED.of(0.8, 0.5)


@pytest.mark.parametrize("extreme", [0.0, 1.0])
def test_it_is_a_probability_for_any_parts(extreme: float) -> None:
    assert 0.0 <= Confidence(certainty=50.0, bias=1.0).of(extreme, extreme, extreme) <= 1.0


@pytest.mark.parametrize(("relevance", "rival"), [(0.05, 0.1), (0.5, 0.0)])
def test_the_rival_is_the_best_of_the_passages_that_are_kept_and_not_quoted(
    relevance: float, rival: float
) -> None:
    thresholds = Thresholds(relevance=relevance, abstention=0.0)
    retriever = ListRetriever(passages=passages_of())
    graph = build_document_qa(ported(), retriever, judgement=Judgement(thresholds, confidence=FITTED))
    result = graph.invoke({"question": QUESTION})
    [speaks_of_it, _] = [decision for decision in result["decisions"] if decision["node"] == "verify"]
    expected = FITTED.of(0.9, 0.8, rival, speaks_of_it["probability"])
    assert result["confidence"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("question", "share", "told"),
    [
        (QUESTION, 1.0, "the passage speaks of all that is asked"),
        ("Do lighthouses have frobnicators?", 0.5, "the passage never mentions frobnicators"),
    ],
)
def test_what_the_passage_never_mentions_makes_it_less_sure_and_is_told(
    question: str, share: float, told: str
) -> None:
    judgement = Judgement(Thresholds(relevance=0.05, abstention=0.0), confidence=FITTED)
    graph = build_document_qa(ported(), ListRetriever(passages=passages_of()), judgement=judgement)
    result = graph.invoke({"question": question})
    said = {decision["what"]: decision["probability"] for decision in result["decisions"]}
    assert said[told] == pytest.approx(share)
    assert result["confidence"] == pytest.approx(FITTED.of(0.9, 0.8, 0.1, share))
