"""Every capability in one run, and the page that shows it: docs/RESULTS.md."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from agent.configuration.paths import REPOSITORY
from agent.errors import HomespunError
from agent.evaluation.charts import draw_reliability, draw_risk_coverage
from agent.evaluation.page import head, row

Figures = dict[str, Any]

CHARTS = {
    "images/risk_coverage.png": (
        "Mean error over the share of questions that are answered, surest first", draw_risk_coverage,
    ),
    "images/calibration.png": (
        "How often a probability was right over how high it was; that of an answer says that there is "
        "one, as if every other question had one", draw_reliability,
    ),
}  # fmt: skip
"""Places of the charts beside the page, what they show, and what draws them."""

CALLS = (
    "valid_rate",
    "name_accuracy",
    "exact_accuracy",
    "irrelevance_accuracy",
    "baseline.word_overlap_name_accuracy",
    "baseline.embedding_name_accuracy",
)

DOCUMENTS = (
    "recall_at_5",
    "answerable_f1",
    "citation_verbatim_rate",
    "citation_file_precision",
    "citation_holds_answer",
    "abstain_accuracy",
    "baseline.best_sentence_f1",
)

READING = (
    "answerable_f1",
    "baseline.best_sentence_f1",
    "abstain_accuracy",
    "baseline.embedding_abstain_accuracy",
    "f1",
)

HEADLINES = {
    "reading": READING,
    "written": READING,
    "relevance": (
        "auroc",
        "calibration_error",
        "weighed_auroc",
        "weighed_calibration_error",
        "baseline.embedding_auroc",
    ),
    "definitions": ("answerable_f1", "answerable_exact_match", "baseline.best_sentence_f1"),
    "rewrite": ("f1", "exact_match", "baseline.copy_question_f1"),
    "route": ("accuracy", "baseline.commonest_route_accuracy"),
    "tools": CALLS,
    "tool_choice": CALLS,
    "requests": CALLS,
    "language": ("bits_per_byte", "bytes_per_token"),
    "retrieval": (
        "fused.recall_at_5",
        "vectors.recall_at_5",
        "words.recall_at_5",
        "fused.mean_reciprocal_rank",
    ),
    "documents": DOCUMENTS,
    "folder": DOCUMENTS,
    "own_tools": ("right", "right_result", "right_tools", "baseline.right"),
    "two_hop": (
        "reasoner.f1",
        "document_qa.f1",
        "reasoner.exact_match",
        "document_qa.exact_match",
        "baseline.best_sentence_f1",
    ),
}
"""What the page shows of each capability; a dot leads into what is measured beside it."""


def require_writable(page: Path) -> None:
    """Make the page's folder, and see before anything is measured that the page can be written there.

    Raises:
        HomespunError: The page has another ending than that of Markdown, or stands where nothing is written.
    """
    if page.suffix != ".md":
        raise HomespunError(f"The page {page} is Markdown: give it a name that ends with .md.")
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=page.parent):
            pass
        for file in (page, page.with_suffix(".json")):
            if file.exists():
                file.open("a").close()
    except OSError as error:
        raise HomespunError(
            f"The page {page} cannot be written ({error.strerror}): name another place with --page."
        ) from error


def describe_run(model: str, seconds: float) -> Figures:
    """Return what the figures depend on: weights, commit, machine, day."""
    return {
        "model": _name(model),
        "commit": _commit() or "unknown",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "day": datetime.now(UTC).date().isoformat(),
        "minutes": round(seconds / 60, 1),
    }


def _name(model: str) -> str:
    """Return what a model is called: a folder called "weights" goes by the one that it is in."""
    path = Path(model)
    return path.resolve().parent.name if path.name == "weights" else path.name


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)  # noqa: S603 - the person's own git
    except FileNotFoundError:  # git is not installed
        return ""
    return done.stdout.strip()


def write_results(page: Path, run: Figures, results: Mapping[str, Figures]) -> None:
    """Write the page, and the full figures beside it as JSON."""
    full = page.with_suffix(".json")
    page.parent.mkdir(parents=True, exist_ok=True)
    full.write_text(json.dumps({"run": run, "results": results}, indent=2) + "\n", encoding="utf-8")
    shown = {place: says for place, (says, draw) in CHARTS.items() if draw(page.parent / place, results)}
    page.write_text(_page(run, results, shown, full.name), encoding="utf-8")


def _page(run: Figures, results: Mapping[str, Figures], charts: Mapping[str, str], full: str) -> str:
    about = (
        f"Written by `python main.py eval all`; all figures are of one run, the full ones in `{full}`. "
        "Brackets hold 95% bootstrap intervals. Baselines use no language model."
    )
    lines = head("Results", about, run, ("capability", "rows", "measure", "value"))
    for name, figures in results.items():
        for measure in HEADLINES[name]:
            value = _look_up(figures, measure)
            lines.append(row(name, str(figures["n"]), measure, _show(value, figures, measure)))
    for place, says in charts.items():
        lines += ["", f"{says}:", "", f"![{says}]({place})"]
    return "\n".join([*lines, ""])


def _look_up(figures: Figures, measure: str) -> Any:
    value: Any = figures
    for step in measure.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _show(value: Any, figures: Figures, measure: str) -> str:
    if not isinstance(value, int | float):
        return "none"
    bounds = figures.get("intervals", {}).get(measure)
    interval = f" [{bounds[0]:.3f}, {bounds[1]:.3f}]" if bounds else ""
    return f"{value:.3f}{interval}"
