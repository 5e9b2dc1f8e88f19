"""A glance at an index, or at another SQLite file, that writes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import database_error
from rag.storage.store import STORE_NAME, check_schema


@contextmanager
def glance(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a SQLite file to read from it alone, without the tables and companions that it may lack.

    Args:
        file: A file that exists.
    """
    log = file.with_name(f"{file.name}-wal")
    # What is read for its log needs the log's own index. Without a log nobody is writing, and to say that
    # the file does not change keeps SQLite from making both.
    way = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?{way}", uri=True)) as connection:
        yield connection


def has_table(connection: sqlite3.Connection, name: str) -> bool:
    """Whether a database has a table; one that was never filled has none."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [name])
    return found.fetchone() is not None


def is_indexed(folder: Path) -> bool:
    """Whether a folder holds an index that was filled; Chroma, which follows it, is not looked at.

    Args:
        folder: Where the index lies, or would.

    Raises:
        RagError: The index is damaged, or of another version.
    """
    file = folder / STORE_NAME
    if not file.is_file():
        return False
    try:
        with glance(file) as connection:
            if not has_table(connection, "meta"):
                return False
            notes = dict(connection.execute("SELECT key, value FROM meta"))
            check_schema(notes.get("schema", ""), folder)
            connection.execute("SELECT count(path) FROM documents").fetchone()
            connection.execute("SELECT count(vector) FROM chunks").fetchone()
    except sqlite3.Error as error:
        raise database_error(error, folder) from error
    return bool(notes.get("settings"))
