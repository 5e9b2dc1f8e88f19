"""Rewriting: make a follow-up question stand without its conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel

from corpora.tasks.conversation import to_messages
from corpora.wells import Row
from graphs.mind import Mind
from graphs.step import Step
from llm.evaluation.answers import exact_match, token_f1
from llm.evaluation.intervals import interval, mean


def evaluate_rewrite(
    model: BaseChatModel, rows: Sequence[Row], on_row: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Rewrite every question as the graphs do; the baseline leaves it as it is.

    Args:
        model: The chat model.
        rows: Rows with history, question, standalone.
        on_row: Called after each row.
    """
    mind = Mind(model)
    restate = Step("contextualise", lambda asked: mind.restate(*asked))
    scores, matches, copied = [], [], []
    for row in rows:
        history = to_messages(row["history"])
        reply = restate.invoke((history, row["question"]))
        expected = [row["standalone"], *row.get("alternatives", [])]
        scores.append(token_f1(reply, expected))
        matches.append(exact_match(reply, expected))
        copied.append(token_f1(row["question"], expected))
        on_row()
    return {
        "n": len(rows),
        "f1": mean(scores),
        "exact_match": mean(matches),
        "intervals": {"f1": interval(scores)},
        "baseline": {"copy_question_f1": mean(copied)},
    }
