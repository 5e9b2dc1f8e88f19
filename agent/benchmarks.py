"""The benchmarks that `python main.py bench` runs.

The model measures itself in `llm/benchmark.py`; what people wait for at the start, and the documents,
are measured here.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from agent.paths import HANDBOOK, REPOSITORY
from agent.settings import Settings

Figures = dict[str, object]

_REPETITIONS = 5
_QUESTIONS = ("What is dropout?", "Which optimiser should I use?", "How large should a chunk be?")


def measure(name: str, settings: Settings) -> Figures:
    """Run one benchmark and return its figures."""
    return BENCHMARKS[name](settings)


def _start(settings: Settings) -> Figures:  # noqa: ARG001 - every benchmark takes the settings
    return {
        "help_seconds": _median_seconds([sys.executable, "main.py", "--help"]),
        "prompt_imports_seconds": _median_seconds([sys.executable, "-c", "import agent.chat.loop"]),
    }


def _model(settings: Settings) -> Figures:
    from agent.models import weights_folder
    from llm.benchmark import compare

    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(HANDBOOK.glob("*.md"))[:3])
    figures: Figures = {}
    for speed in compare(weights_folder(settings.model), text):
        name = speed.name.replace(",", "").replace(" ", "_")
        figures[f"{name}_prefill_tokens_per_second"] = round(speed.prefill, 1)
        figures[f"{name}_decode_tokens_per_second"] = round(speed.decode, 1)
        figures[f"{name}_quote_tokens_per_second"] = round(speed.quote, 1)
    return figures


def _documents(settings: Settings) -> Figures:
    from rag import FolderIndex

    folder = (settings.docs or [HANDBOOK])[0]
    with tempfile.TemporaryDirectory() as place, FolderIndex(folder, Path(place)) as index:
        first = index.refresh()
        again = index.refresh()
        searches = [_seconds(partial(index.search, question)) for question in _QUESTIONS * _REPETITIONS]
    return {
        "chunks": first.chunks,
        "chunks_indexed_per_second": first.chunks / max(first.seconds, 1e-9),
        "unchanged_folder_seconds": again.seconds,
        "search_median_seconds": statistics.median(searches),
    }


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _median_seconds(command: list[str]) -> float:
    def run() -> None:
        subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)  # noqa: S603 - our own

    return statistics.median(_seconds(run) for _ in range(_REPETITIONS))


BENCHMARKS: dict[str, Callable[[Settings], Figures]] = {
    "start": _start,
    "model": _model,
    "documents": _documents,
}
"""Name to function."""
