"""A file that is written in one atomic step: whoever reads it finds the old one whole, or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """Yield a place to write to, and put what was written there into the file's place at the end.

    Args:
        path: The file; where the block fails, it stays as it was.

    Raises:
        OSError: The disk is full, or the folder cannot be written to.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        yield partial
        # Windows writes out a file only for whoever may write to it.
        with open(partial, "r+b") as written:
            os.fsync(written.fileno())
        os.replace(partial, path)
    finally:
        with suppress(OSError):  # its folder may be no folder
            partial.unlink(missing_ok=True)
