"""Only one process writes an index at a time; the others learn which one it is."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import IndexBusyError


@contextmanager
def writer_lock(folder: Path, seconds: float) -> Iterator[None]:
    """Hold the right to write to the index in `folder`, waiting for it at most so long.

    Raises:
        IndexBusyError: Another process still holds it; the message says which.
    """
    holder = folder / "writer.json"
    lock = FileLock(folder / "writer.lock")
    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        raise IndexBusyError(_describe(holder)) from None
    try:
        with suppress(OSError):  # it is for others to read; the lock holds without it
            holder.write_text(json.dumps({"pid": os.getpid(), "since": time.time()}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _describe(holder: Path) -> str:
    try:
        note = json.loads(holder.read_text(encoding="utf-8"))
        since = time.strftime("%H:%M:%S", time.localtime(float(note["since"])))
        who = f"Process {int(note['pid'])} has been updating this index since {since}"
    except (OSError, ValueError, KeyError, TypeError):
        who = "Another process is updating this index"
    return f"{who}; try again when it has finished."
