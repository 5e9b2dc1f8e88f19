"""How far a refresh has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Progress:
    """A snapshot that a refresh hands to its listener, a few times a second at most."""

    files_done: int
    """Files of this refresh that are finished: indexed or failed."""
    files_total: int
    """Files that this refresh has to read."""
    chunks_done: int
    """Chunks embedded or found in the cache so far."""
    bytes_done: int
    """Size of the finished files."""
    bytes_total: int
    """Size of all files that this refresh has to read."""
    seconds: float
    """Time since the refresh began."""
    path: str = ""
    """The file that was finished last."""

    @property
    def files_per_second(self) -> float:
        """Files finished per second so far."""
        return self.files_done / self.seconds if self.seconds > 0 else 0.0

    @property
    def chunks_per_second(self) -> float:
        """Chunks finished per second so far."""
        return self.chunks_done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimated time to the end, from the bytes still to read; None while unknown."""
        if not self.bytes_done:
            return None
        return self.seconds * (self.bytes_total - self.bytes_done) / self.bytes_done


ProgressListener: TypeAlias = Callable[[Progress], None]
"""Receives snapshots; an exception that it raises stops the refresh."""
