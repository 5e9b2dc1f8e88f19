"""What a passage promises: its probability, weighed with the score of the search."""

from __future__ import annotations

import pytest
from langchain_core.documents import Document

from graphs.grading import LEAST_SCORE, promise
from rag.passage import Passage


@pytest.mark.parametrize(
    ("score", "weight"), [(1.0, 1.0), (0.6, 0.6), (0.1, LEAST_SCORE), (0.0, LEAST_SCORE)]
)
def test_the_worst_score_counts_least(score: float, weight: float) -> None:
    document = Document("It is red.", metadata={"score": score})
    assert promise(0.8, Passage.from_document(document)) == pytest.approx(0.8 * weight)


def test_a_retriever_without_scores_leaves_the_probability_alone() -> None:
    assert promise(0.8, Passage.from_document(Document("It is red."))) == 0.8
