"""Routing: where should a message be sent?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from corpora.wells import Row
from graphs import prompts
from graphs.ports import ChoiceModel
from llm.evaluation.intervals import interval, mean


def evaluate_route(
    model: ChoiceModel, rows: Sequence[Row], on_row: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Route every message; the baseline always takes the commonest route.

    Args:
        model: A model that gives probabilities of choices.
        rows: Rows with text and route.
        on_row: Called after each row.
    """
    right: list[float] = []
    confused: Counter[str] = Counter()
    for row in rows:
        [probabilities] = model.choice_probabilities([prompts.route(row["text"])], prompts.ROUTES)
        chosen = max(probabilities, key=lambda route: probabilities[route])
        right.append(float(chosen == row["route"]))
        if chosen != row["route"]:
            confused[f"{row['route']} as {chosen}"] += 1
        on_row()
    commonest = Counter(row["route"] for row in rows).most_common(1)[0][1]
    return {
        "n": len(rows),
        "accuracy": mean(right),
        "intervals": {"accuracy": interval(right)},
        "confusions": dict(confused.most_common()),
        "baseline": {"commonest_route_accuracy": commonest / len(rows)},
    }
