"""Routing: where should a message be sent?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from agent.evaluation.too_long import unless_too_long
from corpora.wells import Row
from graphs import prompts
from graphs.ports import ChoiceModel
from llm.evaluation.intervals import interval, mean


def evaluate_route(
    model: ChoiceModel, rows: Sequence[Row], on_row: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Route every message; the baseline always takes the commonest route.

    Messages that do not fit into the context are left out.

    Args:
        model: A model that gives probabilities of choices.
        rows: Rows with text and route.
        on_row: Called after each row.
    """
    right: list[float] = []
    confused: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for row in rows:
        conversations = [prompts.route(row["text"])]
        decided = unless_too_long(partial(model.choice_probabilities, conversations, prompts.ROUTES))
        for probabilities in decided or ():
            chosen = max(probabilities, key=probabilities.__getitem__)
            asked[row["route"]] += 1
            right.append(float(chosen == row["route"]))
            if chosen != row["route"]:
                confused[f"{row['route']} as {chosen}"] += 1
        on_row()
    return {
        "n": len(rows),
        "too_long": len(rows) - len(right),
        "accuracy": mean(right),
        "intervals": {"accuracy": interval(right)},
        "confusions": dict(confused.most_common()),
        "baseline": {"commonest_route_accuracy": max(asked.values(), default=0) / max(len(right), 1)},
    }
