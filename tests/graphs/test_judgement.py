"""What a graph goes by: what was fitted to a model, and what a run changes of it."""

from __future__ import annotations

from typing import Any

import pytest

from graphs import Confidence, DocumentQAContext, Evidence, Judgement, Thresholds
from llm.calibration import Calibration
from tests.graphs.fakes import ScriptedModel
from tests.graphs.test_evidence import WordEmbedder


def test_what_was_fitted_to_a_model_becomes_its_judgement() -> None:
    class Fitted(ScriptedModel):
        @property
        def calibration(self) -> Calibration:
            return Calibration(
                thresholds={"relevance": 0.3, "of_another_version": 0.2},
                evidence={"grade": 0.4},
                confidence={"bias": 1.0},
            )

    embeddings = WordEmbedder()
    judgement = Judgement.fitted_to(Fitted(), embeddings)
    assert judgement.thresholds == Thresholds(relevance=0.3)
    assert judgement.evidence == Evidence(embeddings, grade=0.4)
    assert judgement.confidence == Confidence(bias=1.0)
    assert judgement.tool_evidence == Evidence()
    assert judgement.quote_method == "score"
    assert Judgement.fitted_to(Fitted(), None) == Judgement(judgement.thresholds, quote_method="score")
    assert Judgement.fitted_to(ScriptedModel(), embeddings) == Judgement()


def test_a_run_changes_what_it_names() -> None:
    judgement = Judgement(Thresholds(relevance=0.3), confidence=Confidence(bias=1.0))
    assert DocumentQAContext().applied_to(judgement) == judgement
    strict = Thresholds(relevance=0.9)
    changed = DocumentQAContext(thresholds=strict, quote_method="score").applied_to(judgement)
    assert changed == Judgement(strict, confidence=Confidence(bias=1.0), quote_method="score")


def test_a_quote_method_that_there_is_not_is_refused() -> None:
    for kind in (Judgement, DocumentQAContext):
        wrong: Any = kind
        with pytest.raises(ValueError, match="quote_method must be generate or score, not 'scored'"):
            wrong(quote_method="scored")
