"""Grading: how likely passages answer a question, and which of them promises most."""

from __future__ import annotations

from collections.abc import Sequence

from graphs import prompts
from graphs.evidence import Evidence
from graphs.mind import Mind
from graphs.step import Work
from rag.passage import Passage

LEAST_SCORE = 0.25
"""What the score of a search counts at least."""


def grade_passages(
    mind: Mind, evidence: Evidence, question: str, passages: Sequence[Passage]
) -> Work[list[float]]:
    """Return the probability that each passage, or sentence of one, answers a question.

    Args:
        mind: The model, which grades all of them in one batch.
        evidence: What counts beside its grades.
        question: The question.
        passages: What is graded.
    """
    grades = yield from mind.agree([prompts.grade(question, passage) for passage in passages])
    # A sentence often leaves out what its heading has named.
    texts = [
        f"{passage.heading}: {passage.text}" if passage.heading else passage.text for passage in passages
    ]
    return (yield from evidence.weigh(question, texts, grades))


def promise(probability: float, passage: Passage) -> float:
    """Return a probability weighed with the score of the search.

    Scores are relative, and of few passages the last has none: that alone does not rule it out.
    """
    return probability * max(passage.score, LEAST_SCORE)
