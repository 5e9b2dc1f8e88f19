"""Charts of the results, where matplotlib is installed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

CURVE_POINTS = 25
"""Points of a curve of risk over coverage."""


def draw_risk_coverage(path: Path, results: Mapping[str, Mapping[str, Any]]) -> Path | None:
    """Draw the mean error over the share that is answered, one line a capability that has the curve.

    Args:
        path: The PNG file to write.
        results: Figures of each capability; those with `risk_coverage` are drawn.

    Returns:
        The path; None where matplotlib is missing or no capability has a curve.
    """
    curves = {
        name: figures["risk_coverage"] for name, figures in results.items() if "risk_coverage" in figures
    }
    if not curves:
        return None
    try:
        import matplotlib
    except ImportError:
        return None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    for name, curve in curves.items():
        axes.plot(*zip(*curve, strict=True), marker=".", label=name)
    axes.set(xlabel="share of questions answered, surest first", ylabel="mean error (1 - F1)")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.legend()
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without the date and version in it, the file changes only with the figures.
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)
    return path
