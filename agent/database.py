"""Open a database of the program's own, which several programs may use at the same time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 10
"""Seconds to wait for another program that is about to write."""


@contextmanager
def open_database(file: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection in autocommit mode, for any thread; it stays open.

    Until the context is left no other program opens the file, so that both may make the tables.

    Args:
        file: Where the database is, readable for its owner alone; it and its folder are made where missing.

    Raises:
        OSError: The folder cannot be written.
        sqlite3.Error: The file cannot be used.
    """
    from filelock import FileLock

    file.parent.mkdir(parents=True, exist_ok=True)
    # SQLite's own patience does not cover the change to WAL: of two that begin at once, one would fail.
    with FileLock(f"{file}.lock", timeout=_PATIENCE):
        connection = sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            file.chmod(0o600)
            yield connection
        except BaseException:
            connection.close()
            raise
