"""Relevance: does a passage hold the answer to a question?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from agent.evaluation.baselines import embedded_sentence
from agent.evaluation.too_long import unless_too_long
from corpora.passages import overlap, passage
from corpora.wells import Row
from graphs import Evidence, prompts
from graphs.ports import ChoiceModel
from llm.evaluation.decisions import (
    area_under_curve,
    balanced_accuracy,
    best_threshold,
    calibration_error,
    reliability,
)


def evaluate_relevance(
    model: ChoiceModel,
    rows: Sequence[Row],
    *,
    threshold: float,
    embedder: Any,
    evidence: Evidence,
    on_row: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Grade every candidate of every row; rows that do not fit into the context are left out.

    Args:
        model: A model that gives probabilities of choices.
        rows: Rows with a question, candidates, and the indices of the relevant ones.
        threshold: Probability from which a passage counts as relevant.
        embedder: LangChain embeddings of the baseline.
        evidence: What the graphs weigh beside the grade; `weighed_…` are the figures of both together.
        on_row: Called after each row.
    """
    scores: list[float] = []
    truths: list[bool] = []
    cosines: list[float] = []
    shared: list[float] = []
    too_long = 0
    for row in rows:
        question, candidates = row["question"], row["candidates"]
        conversations = [prompts.grade(question, passage(text)) for text in candidates]
        decided = unless_too_long(partial(model.choice_probabilities, conversations, prompts.YES_OR_NO))
        if decided is None:
            too_long += 1
        else:
            scores += [probabilities[prompts.YES] for probabilities in decided]
            truths += [index in row["relevant"] for index in range(len(candidates))]
            cosines += [embedded_sentence(question, [text], embedder)[1] for text in candidates]
            shared += [overlap(question, text) for text in candidates]
        on_row()
    weighed = list(map(evidence.probability, scores, cosines)) if evidence.embeddings else scores
    return {
        "n": len(rows),
        "too_long": too_long,
        "pairs": len(scores),
        "auroc": area_under_curve(scores, truths),
        "calibration_error": calibration_error(scores, truths),
        "weighed_auroc": area_under_curve(weighed, truths),
        "weighed_calibration_error": calibration_error(weighed, truths),
        "reliability": reliability(scores, truths),
        "weighed_reliability": reliability(weighed, truths),
        "balanced_accuracy": balanced_accuracy(scores, truths, threshold),
        "best_threshold": best_threshold(scores, truths),
        "baseline": {
            "embedding_auroc": area_under_curve(cosines, truths),
            "word_overlap_auroc": area_under_curve(shared, truths),
        },
    }
