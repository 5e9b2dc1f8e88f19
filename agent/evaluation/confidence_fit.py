"""The regression that says how sure an answer is; see `graphs.confidence`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from agent.configuration.settings import Settings
from agent.evaluation.documents import graph_that_always_answers
from agent.evaluation.temporary_assembly import assembly_over
from agent.evaluation.too_long import unless_too_long
from corpora.wells import Row
from graphs.confidence import Confidence, features
from llm.evaluation.regression import fit_signed

SIGNS = (1, 1, -1, 1)
"""Certainty, support and coverage speak for an answer, a good other passage speaks against it."""

Parts = tuple[float, float, float, float]
"""What `Confidence.of` takes."""

Documents = Path | Callable[[Path], None]
"""A folder, or what writes documents into one."""


@dataclass(frozen=True)
class _Recorder(Confidence):
    """Keeps the parts of the answers whose confidence it is asked for."""

    seen: list[Parts] = field(default_factory=list)

    def of(self, certainty: float, support: float, rival: float = 0.0, coverage: float = 1.0) -> float:
        self.seen.append((certainty, support, rival, coverage))
        return super().of(certainty, support, rival, coverage)


def fit_confidence(
    settings: Settings, asked: Iterable[tuple[Documents, Sequence[Row]]], on_row: Callable[[], None]
) -> Confidence:
    """Fit how likely documents answer a question, were half of the questions answered.

    The whole road is taken, search included: with the best of many passages every question looks more
    likely to be answered than with one. Whether an answer is right is another matter: to withhold what is
    perhaps wrong would also withhold the place where the answer stands.

    Args:
        settings: Name the weights.
        asked: Documents and questions about them, with `question` and `answerable`, or `answers` to tell.
        on_row: Called after each question.
    """
    parts: list[Parts] = []
    truths: list[bool] = []
    for documents, questions in asked:
        with assembly_over(documents, settings) as assembly:
            recorder = _Recorder()
            graph = graph_that_always_answers(assembly, confidence=recorder)
            for row in questions:
                recorder.seen.clear()
                result = unless_too_long(partial(graph.invoke, {"question": row["question"]}))
                if result and recorder.seen:  # otherwise nothing was found to quote
                    parts.append(recorder.seen[-1])
                    truths.append(bool(row.get("answerable", row.get("answers"))))
                on_row()
    (certainty, support, rival, coverage), bias = fit_signed(
        [features(*part) for part in parts], truths, SIGNS
    )
    answered = sum(truths)
    prior = math.log(max(answered, 1) / max(len(truths) - answered, 1))
    return Confidence(certainty, support, rival, coverage, bias - prior)


def half_of_the_passages(rows: Iterable[Row]) -> tuple[Documents, list[Row]]:
    """Make documents of every other passage of some readings, and questions about all of them.

    Args:
        rows: With passage, question, answerable.
    """
    by_passage = {row["passage"]: row for row in rows if row["answerable"]}
    kept = dict.fromkeys(list(by_passage)[::2])

    def write(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for number, passage in enumerate(kept):
            (folder / f"{number}.md").write_text(passage, encoding="utf-8")

    questions = [
        {"question": row["question"], "answerable": passage in kept} for passage, row in by_passage.items()
    ]
    return write, questions
