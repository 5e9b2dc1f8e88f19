"""How fast everything was in one run of `bench`, and the page that shows it: docs/SPEED.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agent.evaluation.charts import draw_growth, draw_ratios
from agent.evaluation.page import head, row

Figures = Mapping[str, Any]

SIZES = (1000, 10_000, 50_000)
"""Passages of the indexes that growth is fitted to."""

RATIOS, GROWTH = "images/speed.png", "images/index_growth.png"
"""The charts' places beside the page."""

GROWING = {"indexing_seconds": "indexing", "search_processor_seconds": "a search"}
"""What is measured of each index, and how it is called."""


def write_speed(page: Path, run: Figures, results: Mapping[str, Figures], scales: Sequence[Figures]) -> None:
    """Write the page with its charts, and all figures beside it as JSON.

    Args:
        page: The Markdown file.
        run: What the figures depend on.
        results: Benchmarks and their figures.
        scales: Figures of indexes of different sizes, the smallest first.
    """
    page.parent.mkdir(parents=True, exist_ok=True)
    figures = {"run": run, "results": results, "scale": scales}
    page.with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    charts = {}
    if (times := _times(results.get("model", {}))) and draw_ratios(page.parent / RATIOS, times):
        charts[RATIOS] = "Tokens a second beside transformers"
    sizes = [scale["chunks"] for scale in scales]
    seconds = {called: [scale[name] for scale in scales] for name, called in GROWING.items()}
    if draw_growth(page.parent / GROWTH, sizes, seconds):
        charts[GROWTH] = "Seconds over passages"
    page.write_text(_page(page, run, results, scales, charts), encoding="utf-8")


def growth(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the power of the size that a cost grows with: the slope between their logarithms."""
    slope, _ = np.polyfit(np.log(sizes), np.log(seconds), 1)
    return float(slope)


def _times(model: Figures) -> dict[str, dict[str, float]]:
    """Return how many times as fast as the first contender each is, by what is measured."""
    found: dict[str, dict[str, float]] = {}
    for name, value in model.items():
        for what in ("prefill", "decode", "quote"):
            contender, is_ratio, _ = name.partition(f"_{what}_times_")
            if is_ratio:
                found.setdefault(_words(contender), {})[what] = value
    return found


def _page(
    page: Path,
    run: Figures,
    results: Mapping[str, Figures],
    scales: Sequence[Figures],
    charts: Mapping[str, str],
) -> str:
    about = (
        "Written by `python main.py bench --page` in one run; ratios hold on other machines, seconds on this "
        f"one. All figures stand in `{page.with_suffix('.json').name}`."
    )
    lines = head("Speed", about, run, ("benchmark", "measure", "value"))
    for name, figures in results.items():
        lines += [row(name, _words(what), _show(value)) for what, value in figures.items()]
    lines += ["", "## An index grows", "", row(*map(_words, scales[0])), "|---" * len(scales[0]) + "|"]
    lines += [row(*map(_show, scale.values())) for scale in scales]
    sizes = [scale["chunks"] for scale in scales]
    for name, called in GROWING.items():
        power = growth(sizes, [scale[name] for scale in scales])
        lines += ["", f"The cost of {called} grows with the power {power:.2f} of the number of passages."]
    for chart, says in charts.items():
        lines += ["", f"![{says}]({chart})"]
    return "\n".join([*lines, ""])


def _words(name: str) -> str:
    return name.replace("_", " ")


def _show(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
