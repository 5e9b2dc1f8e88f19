"""Metrics of a run: one JSON object a line, and their curves as a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

METRICS_FILE = "metrics.jsonl"
CURVES_FILE = "curves.png"


class MetricsLog:
    """Appends metrics to `metrics.jsonl` in a folder.

    Args:
        folder: The run's output folder; made if missing.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / METRICS_FILE

    def write(self, **values: Any) -> None:
        """Append one object and hand it to the operating system at once."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """Read all metrics of a run; a last line cut off by a crash is left out."""
    rows = []
    for line in (folder / METRICS_FILE).read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return rows


def draw_curves(folder: Path) -> Path | None:
    """Draw training and validation loss over tokens as PNG; None where matplotlib is missing."""
    try:
        import matplotlib
    except ImportError:
        return None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = read_metrics(folder)
    figure, axes = pyplot.subplots(figsize=(8, 4.5))
    names = sorted({name for row in rows for name in row.get("validation", {})})
    training = [(row["total_tokens"], row["loss"]) for row in rows if "loss" in row]
    if training:
        axes.plot(*zip(*training, strict=True), label="training", alpha=0.4, linewidth=0.8)
    for name in names:
        points = [
            (row["total_tokens"], row["validation"][name])
            for row in rows
            if name in row.get("validation", {})
        ]
        axes.plot(*zip(*points, strict=True), marker=".", label=f"validation: {name}")
    axes.set(xlabel="tokens", ylabel="loss (nats per token)")
    axes.legend()
    figure.tight_layout()
    path = folder / CURVES_FILE
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return path
