"""Progress on standard error: one line that is rewritten, and nothing when nobody watches."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from agent.rendering.escape import one_line

if TYPE_CHECKING:
    from rag.progress import Progress

_ERASE_LINE = "\r\x1b[2K"


class ProgressLine:
    """A line that says what is being done; use it as a context manager.

    Args:
        shown: Whether a person watches.
        stream: Where to write, standard error by default.
    """

    def __init__(self, shown: bool, stream: TextIO | None = None) -> None:
        self._shown = shown
        self._stream = stream or sys.stderr

    def say(self, text: str) -> None:
        """Replace the line."""
        if self._shown:
            from rich.cells import chop_cells
            from rich.console import Console

            width = Console(file=self._stream).width - 1  # of the terminal, wherever standard output goes
            [shown, *_] = chop_cells(one_line(text), width) or [""]
            self._stream.write(_ERASE_LINE + shown)
            self._stream.flush()

    def indexing(self, progress: Progress) -> None:
        """Replace the line by how far the indexing is."""
        self.say(describe(progress))

    def clear(self) -> None:
        """Make room for other output."""
        if self._shown:
            self._stream.write(_ERASE_LINE)
            self._stream.flush()

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()


def describe(progress: Progress) -> str:
    """Return how far an indexing is, in words."""
    if not progress.files_total and not progress.chunks_total:
        return "Reading the documents"
    if not progress.is_embedding:
        counts = f"{progress.files_done:,} of {progress.files_total:,} files"
        named = f", {progress.path}" if progress.path else ""
        return f"Reading: {counts}, {progress.files_per_second:.0f} a second{named}"
    counts = f"{progress.chunks_done:,} of {progress.chunks_total:,} passages"
    return f"Embedding: {counts}, {progress.chunks_per_second:.0f} a second{_time_left(progress)}"


def time_left(seconds: float) -> str:
    """Return a duration in seconds, or in minutes where it is long."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:,.0f} min"


def _time_left(progress: Progress) -> str:
    limit, seconds = progress.seconds_to_limit, progress.seconds_left
    if limit is not None:
        return f", pausing in {time_left(limit)}"
    if seconds is None or seconds < 1:
        return ""
    return f", about {time_left(seconds)} left"
