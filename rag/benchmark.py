"""How fast folders are indexed and searched: beside a plain loop, and with many chunks.

`python main.py bench documents scale` prints what this module measures.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.embedding import Embedder
from rag.folder_index import FolderIndex

_DIMENSIONS = 384
_CHUNK_CHARACTERS = 720  # what 180 tokens are worth: both contenders cut to about this length
_SEARCHES = 20
_PARAGRAPHS_A_FILE = 10
_WORDS_A_PARAGRAPH = 80
_TOPICS = 200
_STOP_WORDS = 120


@dataclass(frozen=True, slots=True)
class Throughput:
    """How long one contender took for a folder."""

    chunks: int
    characters: int
    """Length of all texts of the folder."""
    seconds: float
    processor_seconds: float
    """Time of all threads on the processor, which other programs disturb less."""

    @property
    def chunks_per_second(self) -> float:
        """Chunks indexed per second; mind that contenders cut differently."""
        return self.chunks / self.seconds

    @property
    def characters_per_second(self) -> float:
        """Text indexed per second, which does not depend on how it is cut."""
        return self.characters / self.seconds

    def times_as_fast_as(self, other: Throughput) -> float:
        """Compare the text indexed per second."""
        return self.characters_per_second / other.characters_per_second

    def times_as_thrifty_as(self, other: Throughput) -> float:
        """Compare the text indexed per second of the processor."""
        return (self.characters / self.processor_seconds) / (other.characters / other.processor_seconds)


@dataclass(frozen=True, slots=True)
class Scale:
    """What an index of many chunks costs beyond the embedding model."""

    files: int
    chunks: int
    indexing_seconds: float
    unchanged_seconds: float
    delete_seconds: float
    """A refresh after one file was deleted."""
    search_seconds: float
    """Median of one search, without embedding the question."""
    search_best_seconds: float
    """The fastest one, which other programs disturbed least."""
    search_processor_seconds: float
    """Median time of all threads on the processor, which other programs disturb less still."""
    filtered_search_seconds: float
    """Median of a search within one file."""
    peak_memory_megabytes: float
    """Most memory that this process ever had."""


def index_folder(folder: Path, embedder: Embedder) -> Throughput:
    """Index a folder anew, as the program does it."""
    embedder.embed_query("Load the model before the clock starts.")
    with tempfile.TemporaryDirectory() as place, FolderIndex(folder, Path(place), embedder=embedder) as index:
        busy = time.process_time()
        report = index.refresh()
        busy = time.process_time() - busy
        characters = sum(len(index.text(file.path)) for file in index.files())
    return Throughput(report.chunks, characters, report.seconds, busy)


def plain_loop(folder: Path, embedder: Any) -> Throughput:
    """Index a folder's text files as a tutorial would: LangChain's splitter, then `Chroma.add_texts`.

    Args:
        folder: Text files, in UTF-8.
        embedder: LangChain `Embeddings`.

    Raises:
        ImportError: langchain-chroma or langchain-text-splitters is not installed.
    """
    from langchain_chroma import Chroma
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embedder.embed_query("Load the model before the clock starts.")
    splitter = RecursiveCharacterTextSplitter(chunk_size=_CHUNK_CHARACTERS, chunk_overlap=0)
    chunks = characters = 0
    began, busy = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as place:
        store = Chroma("plain", embedder, persist_directory=place)
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            text = file.read_text(encoding="utf-8")
            pieces = splitter.split_text(text)
            store.add_texts(pieces, [{"path": file.name} for _ in pieces])
            chunks += len(pieces)
            characters += len(text)
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
    return Throughput(chunks, characters, seconds, busy)


def measure_scale(chunks: int, files: int | None = None) -> Scale:
    """Index invented files, with vectors that cost nothing, and use the index.

    Args:
        chunks: About so many in all.
        files: Number of files; by default each holds ten chunks.
    """
    files = files or max(1, chunks // _PARAGRAPHS_A_FILE)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "documents"
        _write_files(folder, files, max(1, chunks // files))
        embedder = FreeEmbedder()
        with FolderIndex(folder, Path(place) / "index", embedder=embedder) as index:
            first = index.refresh()
            unchanged = index.refresh().seconds
            searches = _durations(lambda number: index.search(_question(number)))
            busy = _durations(lambda number: index.search(_question(number)), time.process_time)
            within = _durations(lambda number: index.search(_question(number), paths=[_name(number)]))
            (folder / _name(0)).unlink()
            delete = index.refresh().seconds
    return Scale(
        files,
        first.chunks,
        first.seconds,
        unchanged,
        delete,
        statistics.median(searches),
        min(searches),
        statistics.median(busy),
        statistics.median(within),
        _peak_memory_megabytes(),
    )


class FreeEmbedder:
    """Vectors in clusters, as those of real texts are, for the price of a few random numbers."""

    name = "free"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector for each text; texts of a topic lie together."""
        import numpy as np

        topics = np.random.default_rng(0).normal(size=(_TOPICS, _DIMENSIONS))
        noise = np.random.default_rng(zlib.crc32(texts[0].encode())).normal(size=(len(texts), _DIMENSIONS))
        chosen = [zlib.crc32(text.split(maxsplit=1)[0].encode()) % _TOPICS for text in texts]
        vectors: list[list[float]] = (topics[chosen] + 0.5 * noise).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        return self.embed_documents([text])[0]


def _write_files(folder: Path, files: int, paragraphs: int) -> None:
    """Write files whose paragraphs fill about a chunk each."""
    generator = random.Random(0)
    words, weights = _vocabulary()
    for number in range(files):
        place = folder / _name(number)
        place.parent.mkdir(parents=True, exist_ok=True)
        texts = (" ".join(generator.choices(words, weights, k=_WORDS_A_PARAGRAPH)) for _ in range(paragraphs))
        place.write_text("\n\n".join(texts), encoding="utf-8")


_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu bra cle dri flo gru".split()


def _name(number: int) -> str:
    return f"{number % 100:02}/{number}.txt"


def _question(number: int) -> str:
    """Return words as frequent as those that remain of a question without its most common ones."""
    words, weights = _vocabulary()
    return " ".join(random.Random(number).choices(words[_STOP_WORDS:], weights[_STOP_WORDS:], k=6))


def _vocabulary() -> tuple[list[str], list[float]]:
    """Return words, the most frequent first, and how frequent they are: by Zipf's law, as in any language."""
    words = [first + second + third for first in _SYLLABLES for second in _SYLLABLES for third in _SYLLABLES]
    return words, [1 / (rank + 3) for rank in range(len(words))]


def _durations(
    work: Callable[[int], Sequence[object]], clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    work(0)
    durations = []
    for number in range(1, _SEARCHES + 1):
        began = clock()
        work(number)
        durations.append(clock() - began)
    return durations


def _peak_memory_megabytes() -> float:
    try:
        import resource
    except ImportError:  # not on Windows
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3  # bytes there, kilobytes elsewhere
