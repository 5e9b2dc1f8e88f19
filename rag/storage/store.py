"""The index itself, in one SQLite file: documents, chunks, vectors and the full-text index.

It is the truth; Chroma follows it. Every change of a file is one transaction, which also notes in the
`outbox` what Chroma still has to be told, so a process killed at any point leaves nothing half done. A chunk
without a row in `vectors` is found by its words and waits to be embedded.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import IndexDamagedError, database_error
from rag.splitter import Chunk
from rag.walk import FileStamp

STORE_NAME = "index.sqlite3"
"""The file in the folder of an index."""
SCHEMA_VERSION = 1
"""Version of the tables; an index with another is refused."""
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE,
    size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER, digest TEXT,
    format TEXT, encoding TEXT, text BLOB, error TEXT
);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents (id),
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, page INTEGER,
    heading TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, lines TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX chunks_of_document ON chunks (document, ordinal);
CREATE INDEX chunks_of_vector ON chunks (vector);
CREATE TABLE vectors (key BLOB PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE outbox (chunk INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE words USING fts5 (
    heading, text, content='chunks', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER chunks_added AFTER INSERT ON chunks BEGIN
    INSERT INTO words (rowid, heading, text) VALUES (new.id, new.heading, new.text);
    INSERT OR IGNORE INTO outbox VALUES (new.id);
END;
CREATE TRIGGER chunks_removed AFTER DELETE ON chunks BEGIN
    INSERT INTO words (words, rowid, heading, text) VALUES ('delete', old.id, old.heading, old.text);
    INSERT OR IGNORE INTO outbox VALUES (old.id);
END;
"""
HEADING_JOINT = " > "
_NUMBER_BYTES = 4  # a vector is one of float32


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the index remembers about a file."""

    id: int
    stamp: FileStamp
    digest: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file whose text can be found."""

    path: str
    format: str
    encoding: str | None
    chunks: int
    size: int
    """Bytes on disk."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """Everything that one file adds to the index."""

    path: str
    stamp: FileStamp
    digest: str
    format: str
    encoding: str | None
    text: str
    chunks: Sequence[Chunk]
    vectors: Sequence[bytes]
    """For each chunk the key of its vector."""


class Store:
    """One connection to the index file; safe to use from several threads.

    Args:
        path: The SQLite file; it and its tables are made where missing.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._folder = path.parent
        with self._explained():
            self._connection = sqlite3.connect(
                path, timeout=30.0, check_same_thread=False, isolation_level=None
            )
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")  # a killed process loses nothing
                self._prepare()
            except BaseException:  # Ctrl-C must not leave it open either
                self._connection.close()
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say in one sentence what SQLite could not do."""
        try:
            yield
        except sqlite3.Error as error:
            raise database_error(error, self._folder) from error

    def _prepare(self) -> None:
        if self._one("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
            check_schema(self.get("schema"), self._folder)
            self._add_lines()
            return  # a reader must not wait for the right to write
        with self.transaction():
            if not self._one("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
                for statement in _statements(_SCHEMA):
                    self._connection.execute(statement)
                self._connection.execute("INSERT INTO meta VALUES ('schema', ?)", [str(SCHEMA_VERSION)])
                self._connection.execute("INSERT INTO meta VALUES ('id', ?)", [uuid.uuid4().hex])

    def _add_lines(self) -> None:
        """Give an index that was made before there was such a column its lines; the next refresh fills it."""
        has_lines = "SELECT 1 FROM pragma_table_info('chunks') WHERE name = 'lines'"
        if not self._one(has_lines):
            with self.transaction():
                if not self._one(has_lines):  # another process may have been faster
                    self._connection.execute("ALTER TABLE chunks ADD COLUMN lines TEXT NOT NULL DEFAULT '[]'")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside happen at once or not at all."""
        with self._lock, self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:  # Ctrl-C must not leave it half done either
                if self._connection.in_transaction:  # on a full disk SQLite may have rolled back itself
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows.

        Raises:
            RagError: The index is damaged, or its disk is full; the message says which.
        """
        with self._lock, self._explained():
            return self._connection.execute(statement, values).fetchall()

    def _one(self, statement: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        rows = self.rows(statement, values)
        return rows[0] if rows else None

    def get(self, key: str) -> str:
        """Return a note about the whole index, or an empty string."""
        row = self._one("SELECT value FROM meta WHERE key = ?", [key])
        return str(row[0]) if row else ""

    def put(self, key: str, value: str) -> None:
        """Keep a note about the whole index."""
        self.rows("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])

    def known_files(self) -> dict[str, KnownFile]:
        """Return every file that was indexed or failed, by path."""
        rows = self.rows("SELECT path, id, size, mtime_ns, ctime_ns, digest, error FROM documents")
        return {
            path: KnownFile(number, FileStamp(*stamp), digest, error)
            for path, number, *stamp, digest, error in rows
        }

    def files(self) -> list[IndexedFile]:
        """Return the files that can be searched, by path."""
        rows = self.rows(
            "SELECT path, format, encoding, (SELECT count(*) FROM chunks WHERE document = documents.id), size"
            " FROM documents WHERE error IS NULL ORDER BY path"
        )
        return [IndexedFile(*row) for row in rows]

    def text(self, path: str) -> str | None:
        """Return the decoded text of a document, exactly as it was indexed."""
        row = self._one("SELECT text FROM documents WHERE path = ? AND error IS NULL", [path])
        try:
            return None if row is None else zlib.decompress(row[0]).decode("utf-8")
        except (zlib.error, ValueError, TypeError) as error:
            raise IndexDamagedError(
                f"The index in {self._folder} holds no readable text of {path} ({error}); "
                "delete that folder and index again."
            ) from error

    def count_chunks(self) -> int:
        """Return the number of chunks in the index."""
        return int(self.rows("SELECT count(*) FROM chunks")[0][0])

    def touch(self, number: int, stamp: FileStamp) -> None:
        """Note a new stamp for a file whose content is the same."""
        self.rows(
            "UPDATE documents SET size = ?, mtime_ns = ?, ctime_ns = ? WHERE id = ?",
            [stamp.size, stamp.mtime_ns, stamp.ctime_ns, number],
        )

    def replace(self, document: StoredDocument) -> None:
        """Put a document in the place of what the index holds under its path; needs a transaction."""
        self.remove(document.path)
        stamp = document.stamp
        packed = zlib.compress(document.text.encode("utf-8"), 3)
        self.rows(
            "INSERT INTO documents (path, size, mtime_ns, ctime_ns, digest, format, encoding, text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [document.path, stamp.size, stamp.mtime_ns, stamp.ctime_ns, document.digest, document.format,
             document.encoding, packed],
        )  # fmt: skip
        number = self.rows("SELECT last_insert_rowid()")[0][0]
        rows = (
            (number, ordinal, chunk.start, chunk.end, chunk.start_line, chunk.end_line, chunk.page,
             HEADING_JOINT.join(chunk.heading), document.text[chunk.start : chunk.end], key,
             json.dumps(chunk.lines, separators=(",", ":")))
            for ordinal, (chunk, key) in enumerate(zip(document.chunks, document.vectors, strict=True))
        )  # fmt: skip
        self._many(
            "INSERT INTO chunks (document, ordinal, start, end, start_line, end_line, page, heading, text,"
            " vector, lines) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def fail(self, path: str, stamp: FileStamp, digest: str | None, reason: str) -> None:
        """Note that a file cannot be indexed, and forget what it held before; needs a transaction."""
        self.remove(path)
        self.rows(
            "INSERT INTO documents (path, size, mtime_ns, ctime_ns, digest, error) VALUES (?, ?, ?, ?, ?, ?)",
            [path, stamp.size, stamp.mtime_ns, stamp.ctime_ns, digest, reason],
        )

    def remove(self, path: str) -> None:
        """Forget a file; needs a transaction."""
        self.rows("DELETE FROM chunks WHERE document = (SELECT id FROM documents WHERE path = ?)", [path])
        self.rows("DELETE FROM documents WHERE path = ?", [path])

    def clear(self) -> None:
        """Forget every file but keep the vectors, which may be wanted again; needs a transaction."""
        self.rows("DELETE FROM chunks")
        self.rows("DELETE FROM documents")

    def add_vectors(self, vectors: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep vectors by key."""
        self._many("INSERT OR REPLACE INTO vectors VALUES (?, ?)", vectors)

    def has_other_length(self, dimensions: int) -> bool:
        """Whether the vectors that are kept have other dimensions than these."""
        row = self._one("SELECT length(value) FROM vectors LIMIT 1")
        return row is not None and int(row[0]) != dimensions * _NUMBER_BYTES

    def drop_vectors(self) -> None:
        """Forget every vector."""
        self.rows("DELETE FROM vectors")

    def drop_unused_vectors(self) -> None:
        """Delete vectors that no chunk uses."""
        self.rows(
            "DELETE FROM vectors WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.vector = vectors.key)"
        )

    def _many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        with self._lock, self._explained():
            self._connection.executemany(statement, rows)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()


def check_schema(version: str, folder: Path) -> None:
    """Refuse the tables of another version.

    Raises:
        IndexDamagedError: They are.
    """
    if version != str(SCHEMA_VERSION):
        raise IndexDamagedError(
            f"The index in {folder} was made by another version of the program; "
            "delete that folder and index again."
        )


def listed(numbers: Iterable[int]) -> str:
    """Return numbers for `IN (SELECT value FROM json_each(?))`, which has no limit on their count."""
    return json.dumps(list(numbers))


def _statements(script: str) -> Iterator[str]:
    """Cut a script into statements; `executescript` would end the transaction that protects it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
