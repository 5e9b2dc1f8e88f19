"""Only one run writes into an output folder at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from llm.errors import ModelError

LOCK_FILE = "training.lock"


class OutputBusyError(ModelError):
    """Another run writes into the output folder."""


@contextmanager
def output_lock(folder: Path, is_first: bool) -> Iterator[None]:
    """Hold the right to write into a run's output folder.

    Two runs in one folder would take turns to overwrite each other's snapshots. The system lets go of
    the lock when a process ends, however it ends.

    Args:
        folder: The output folder.
        is_first: Whether this process is the one of its run that writes; the others hold nothing.

    Raises:
        OutputBusyError: Another run holds it.
    """
    if not is_first:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise OutputBusyError(
            f"Another run is training into {folder}: wait for its end, or name another output in the config."
        ) from None
    try:
        yield
    finally:
        lock.release()
