"""The benchmarks that `python main.py bench` runs.

The model measures itself in `llm/benchmark.py`; the graphs in `graphs/benchmark.py`;
what people wait for at the start, and the documents, are measured here.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from agent.configuration.paths import HANDBOOK
from agent.configuration.settings import Settings

Figures = dict[str, object]

_REPETITIONS = 5
_QUESTIONS = ("What is dropout?", "Which optimiser should I use?", "How large should a chunk be?")


@dataclass(frozen=True, slots=True)
class Size:
    """How large an index the benchmark `scale` makes."""

    chunks: int = 10_000
    files: int | None = None
    """None for a tenth of the chunks."""


DEFAULT_SIZE = Size()


def measure(name: str, settings: Settings, size: Size = DEFAULT_SIZE) -> Figures:
    """Run one benchmark and return its figures."""
    return BENCHMARKS[name](settings, size)


def _start(settings: Settings, size: Size) -> Figures:  # noqa: ARG001 - all take the same
    from agent.start_benchmark import measure_start

    return measure_start()


def _model(settings: Settings, size: Size) -> Figures:  # noqa: ARG001 - all take the same
    from agent.parts.models import own_weights_folder
    from llm.benchmark import compare

    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(HANDBOOK.glob("*.md"))[:3])
    figures: Figures = {}
    threads = settings.processors or os.cpu_count() or 1
    speeds = compare(own_weights_folder(settings.model), text, threads=threads)
    for speed in speeds:
        name = speed.name.replace(",", "").replace(" ", "_")
        for what in ("prefill", "decode", "quote"):
            rate = getattr(speed, what)
            figures[f"{name}_{what}_tokens_per_second"] = round(rate, 1)
            figures[f"{name}_{what}_times_{speeds[0].name.split(',')[0]}"] = round(
                rate / getattr(speeds[0], what), 2
            )
    return figures


def _documents(settings: Settings, size: Size) -> Figures:  # noqa: ARG001 - all take the same
    """Index a real folder, beside the plain loop of a tutorial with the same embedding model."""
    from agent.parts.sentence_embedder import SentenceEmbedder
    from rag import FolderIndex, benchmark
    from rag.minilm import MiniLM, installed_folder

    folder = (settings.docs or [HANDBOOK])[0]
    embedder = MiniLM()
    ours = benchmark.index_folder(folder, embedder)
    figures: Figures = {
        "chunks": ours.chunks,
        "chunks_indexed_per_second": ours.chunks_per_second,
        "characters_indexed_per_second": ours.characters_per_second,
    }
    try:
        plain = benchmark.plain_loop(folder, SentenceEmbedder(str(installed_folder())))
        figures["plain_loop_chunks"] = plain.chunks
        figures["plain_loop_chunks_per_second"] = plain.chunks_per_second
        figures["times_as_fast_as_plain_loop"] = ours.times_as_fast_as(plain)
        figures["times_as_thrifty_as_plain_loop"] = ours.times_as_thrifty_as(plain)
    except ImportError:
        figures["plain_loop"] = "not measured: pip install langchain-chroma langchain-text-splitters"
    with tempfile.TemporaryDirectory() as place, FolderIndex(folder, Path(place), embedder=embedder) as index:
        index.refresh()
        figures["unchanged_folder_seconds"] = index.refresh().seconds
        searches = [_seconds(partial(index.search, question)) for question in _QUESTIONS * _REPETITIONS]
        figures["search_median_seconds"] = statistics.median(searches)
    return figures


def _scale(settings: Settings, size: Size) -> Figures:  # noqa: ARG001 - all take the same
    """Use an index of many chunks, with vectors that cost nothing."""
    from rag.benchmark import measure_scale

    return asdict(measure_scale(size.chunks, size.files))


def _graphs(settings: Settings, size: Size) -> Figures:  # noqa: ARG001 - all take the same
    """Run the graphs with a model that takes no time: what is left is their own."""
    from graphs.benchmark import milliseconds_per_node

    return {f"{name}_milliseconds_per_node": cost for name, cost in milliseconds_per_node().items()}


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


BENCHMARKS: dict[str, Callable[[Settings, Size], Figures]] = {
    "start": _start,
    "model": _model,
    "documents": _documents,
    "scale": _scale,
    "graphs": _graphs,
}
"""Name to function."""
