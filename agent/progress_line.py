"""Progress on standard error: one line that is rewritten, and nothing when nobody watches."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from agent.escape import one_line

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
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(_ERASE_LINE + one_line(text)[:width])
            self._stream.flush()

    def indexing(self, progress: Progress) -> None:
        """Replace the line by how far the indexing is."""
        self.say(describe(progress))

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._stream.write(_ERASE_LINE)
            self._stream.flush()


def describe(progress: Progress) -> str:
    """Return how far an indexing is, in words."""
    left = progress.seconds_left
    remaining = f", about {left:.0f} s left" if left is not None and left >= 1 else ""
    counts = f"{progress.files_done} of {progress.files_total} files, {progress.chunks_done} passages"
    return f"Indexing: {counts}{remaining} {progress.path}".rstrip()
