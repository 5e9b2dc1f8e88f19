"""How far a refresh has come."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Progress:
    """A snapshot that a refresh hands to its listener, a few times a second at most.

    First all files are read; then the passages get their vectors, which takes most of the time.
    """

    files_done: int
    """Files of this refresh that are finished: indexed or failed."""
    files_total: int
    """Files that this refresh has to read."""
    chunks_done: int
    """Chunks whose vector is there: embedded now, or found in the cache."""
    chunks_total: int
    """Chunks that need a vector; it grows while files are read."""
    seconds: float
    """Time since the refresh began."""
    embedding_seconds: float = 0.0
    """Part of it that went by since the embedding began; 0 while files are read."""
    path: str = ""
    """The file that was finished last."""
    embedding_limit: float | None = None
    """Seconds after which the embedding stops for now; None lets it finish."""

    @property
    def is_embedding(self) -> bool:
        """Whether all files are read."""
        return self.embedding_seconds > 0

    @property
    def files_per_second(self) -> float:
        """Files read per second so far."""
        return _rate(self.files_done, self.seconds - self.embedding_seconds)

    @property
    def chunks_per_second(self) -> float:
        """Chunks embedded per second so far."""
        return _rate(self.chunks_done, self.embedding_seconds)

    @property
    def seconds_left(self) -> float | None:
        """Estimated time to embed everything; None while nobody knows how much there is to embed."""
        rate = self.chunks_per_second
        return (self.chunks_total - self.chunks_done) / rate if rate > 0 else None

    @property
    def seconds_to_limit(self) -> float | None:
        """Time until the embedding stops for now; None where it seems to be done before."""
        if self.embedding_limit is None or not self.is_embedding:
            return None
        limit = max(self.embedding_limit - self.embedding_seconds, 0.0)
        left = self.seconds_left
        return limit if left is None or limit < left else None


ProgressListener: TypeAlias = Callable[[Progress], None]
"""Receives snapshots; an exception that it raises stops the refresh."""

_SECONDS_BETWEEN = 0.1


class Announcer:
    """Counts what a refresh does, and tells a listener every now and then.

    Args:
        listener: Who is told; nobody where it is None.
    """

    def __init__(self, listener: ProgressListener | None) -> None:
        self._listener = listener
        self._began = time.monotonic()
        self._embedding_since: float | None = None
        self._embedding_limit: float | None = None
        self._told = 0.0
        self.files_done = self.files_total = self.chunks_done = self.chunks_total = 0

    @property
    def seconds(self) -> float:
        """Time since the refresh began."""
        return time.monotonic() - self._began

    def begin_embedding(self, chunks: int, limit: float | None = None) -> None:
        """Note that all files are read, how many chunks need a vector, and the seconds there are for it."""
        self._embedding_since = time.monotonic()
        self._embedding_limit = limit
        self.chunks_total = chunks

    def tell(self, path: str = "", *, at_once: bool = False) -> None:
        """Hand out a snapshot, unless the last one is only a moment old."""
        now = time.monotonic()
        if self._listener is None or not (at_once or now - self._told >= _SECONDS_BETWEEN):
            return
        self._told = now
        embedding = 0.0 if self._embedding_since is None else max(now - self._embedding_since, 1e-9)
        counts = self.files_done, self.files_total, self.chunks_done, self.chunks_total
        self._listener(Progress(*counts, now - self._began, embedding, path, self._embedding_limit))


def _rate(count: int, seconds: float) -> float:
    return count / seconds if seconds > 0 else 0.0
