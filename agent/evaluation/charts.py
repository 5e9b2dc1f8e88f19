"""Charts of the results, where matplotlib is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

LONGEST_LEGEND = 4
"""Entries of a legend inside of its chart; a longer one would cover what it explains."""


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

    def draw(axes: Any) -> None:
        for name, curve in curves.items():
            axes.plot(*zip(*curve, strict=True), marker=".", label=name)
        axes.set(xlabel="share of questions answered, surest first", ylabel="mean error (1 - F1)")
        axes.set(xlim=(0, 1), ylim=(0, 1))

    return _chart(path, draw)


def draw_reliability(path: Path, results: Mapping[str, Mapping[str, Any]]) -> Path | None:
    """Draw how often a probability was right over how high it was, one line a kind of decision.

    Args:
        path: The PNG file to write.
        results: Figures of each capability; those with `reliability` or `weighed_reliability` are drawn,
            unless all their decisions were right, or none.

    Returns:
        The path; None where matplotlib is missing or no capability has such figures.
    """
    curves = {
        f"{name}, weighed" if kind.startswith("weighed") else name: figures[kind]
        for name, figures in results.items()
        for kind in ("reliability", "weighed_reliability")
        if len({was for _, was, _ in figures.get(kind, ())}) > 1
    }
    if not curves:
        return None

    def draw(axes: Any) -> None:
        axes.plot((0, 1), (0, 1), color="grey", linestyle="dotted")
        for name, bins in curves.items():
            said, was, _ = zip(*bins, strict=True)
            axes.plot(said, was, marker="o", label=name)
        axes.set(xlabel="probability that was given", ylabel="share that was right")
        axes.set(xlim=(0, 1), ylim=(0, 1))

    return _chart(path, draw)


def draw_ratios(path: Path, times: Mapping[str, Mapping[str, float]]) -> Path | None:
    """Draw groups of bars, one a contender: how many times as fast as the first it is at each kind of work.

    Args:
        path: The PNG file to write.
        times: Contender to kind of work to ratio.

    Returns:
        The path; None where matplotlib is missing.
    """

    def draw(axes: Any) -> None:
        width = 0.8 / len(times)
        for number, (contender, ratios) in enumerate(times.items()):
            places = [place + number * width for place in range(len(ratios))]
            axes.bar(places, ratios.values(), width, label=contender)
        kinds = next(iter(times.values()))
        axes.set_xticks([place + 0.4 - width / 2 for place in range(len(kinds))], kinds)
        axes.set(ylabel="times as fast")

    return _chart(path, draw)


def draw_growth(path: Path, sizes: Sequence[float], seconds: Mapping[str, Sequence[float]]) -> Path | None:
    """Draw seconds over sizes, both logarithmic, one line a kind of work.

    Args:
        path: The PNG file to write.
        sizes: Number of passages.
        seconds: Kind of work to what it took at each size.

    Returns:
        The path; None where matplotlib is missing.
    """

    def draw(axes: Any) -> None:
        for name, taken in seconds.items():
            axes.loglog(sizes, taken, marker="o", label=name)
        axes.set(xlabel="passages", ylabel="seconds")

    return _chart(path, draw)


def _chart(path: Path, draw: Callable[[Any], None]) -> Path | None:
    """Draw on the axes of a new chart and write it; None where matplotlib is missing."""
    try:
        import matplotlib
    except ImportError:
        return None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    draw(axes)
    is_long = len(axes.get_legend_handles_labels()[0]) > LONGEST_LEGEND
    axes.legend(**({"loc": "upper left", "bbox_to_anchor": (1, 1)} if is_long else {}))
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without the date and version in it, the file changes only with the figures.
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)
    return path
