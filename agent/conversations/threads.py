"""Saved conversations: threads of turns in one SQLite file.

A question is saved before it is answered and its answer when it is complete, so a crash loses at most
the answer under way.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.conversations.answer import Answer
from agent.database import open_database
from agent.errors import FolderUnusableError, StorageError, storage_error

_SCHEMA = """
CREATE TABLE IF NOT EXISTS threads (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, folders TEXT NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS turns (
    thread TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    question TEXT NOT NULL, answer TEXT, asked REAL NOT NULL, PRIMARY KEY (thread, number)
);
CREATE INDEX IF NOT EXISTS threads_by_time ON threads (updated);
"""
_THREADS = """
SELECT id, title, folders, created, updated, (SELECT count(*) FROM turns WHERE thread = id) FROM threads
"""
_TITLE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Thread:
    """What the list of threads shows of one."""

    id: str
    title: str
    folders: tuple[str, ...]
    """Folders that were asked, as absolute paths."""
    created: float
    updated: float
    turns: int

    def folders_left(self) -> list[Path]:
        """Return the folders that are still there: a conversation that goes on is about them.

        Raises:
            FolderUnusableError: None of them is.
        """
        left = [path for path in map(Path, self.folders) if path.is_dir()]
        if self.folders and not left:
            places = ", ".join(self.folders)
            raise FolderUnusableError(
                f"No folder of the conversation {self.title!r} is there any more ({places}): put one back, "
                f"or name another, as in python main.py --thread {self.id} --docs FOLDER."
            )
        return left


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer."""

    number: int
    """From 1."""
    question: str
    answer: Answer | None
    """None when it was interrupted."""


class ThreadStore:
    """Threads in a SQLite file, which is made when the first thread is.

    Several programs may use one file at the same time.

    Args:
        file: The file; its folder is made where missing.
        keep: How many threads are kept; the oldest ones beyond are deleted. It may be changed.
    """

    def __init__(self, file: Path, keep: int = 500) -> None:
        self._file = file
        self.keep = keep
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def create(self, question: str, folders: Sequence[Path]) -> str:
        """Begin a thread titled by its first question; return its id."""
        title = " ".join(question.split())
        if len(title) > _TITLE_LENGTH:
            title = title[: _TITLE_LENGTH - 1].rstrip() + "\u2026"
        with self._writing() as connection:
            own_id = _insert(connection, title, _places(folders))
            self._prune(connection, own_id)
        return own_id

    def ask(self, thread: str, question: str, folders: Sequence[Path] = ()) -> int:
        """Save a question, and the folders that it is about where they are given; return its number."""
        with self._writing() as connection:
            [(number,)] = connection.execute(
                "SELECT coalesce(max(number), 0) + 1 FROM turns WHERE thread = ?", (thread,)
            )
            connection.execute(
                "INSERT INTO turns VALUES (?, ?, ?, NULL, ?)", (thread, number, question, time.time())
            )
            now = _after_all(connection)
            connection.execute("UPDATE threads SET updated = ? WHERE id = ?", (now, thread))
            if folders:
                connection.execute("UPDATE threads SET folders = ? WHERE id = ?", (_places(folders), thread))
        return int(number)

    def answer(self, thread: str, number: int, answer: Answer) -> None:
        """Save the answer to a question."""
        record = json.dumps(answer.to_record(), ensure_ascii=False)
        with self._writing() as connection:
            connection.execute(
                "UPDATE turns SET answer = ? WHERE thread = ? AND number = ?", (record, thread, number)
            )

    def turns(self, thread: str) -> list[Turn]:
        """Return the turns of a thread, oldest first."""
        rows = self._read(
            "SELECT number, question, answer FROM turns WHERE thread = ? ORDER BY number", thread
        )
        return [
            Turn(number, question, _answer(record) if record else None) for number, question, record in rows
        ]

    def threads(self, limit: int = 50) -> list[Thread]:
        """Return the latest threads, the last used first."""
        rows = self._read(f"{_THREADS} ORDER BY updated DESC LIMIT ?", limit)
        return [_thread(row) for row in rows]

    def find(self, name: str) -> Thread | None:
        """Return the thread with this id or title, or None.

        Raises:
            StorageError: It is the title of several.
        """
        rows = self._read(
            f"{_THREADS} WHERE id = ? OR title = ? ORDER BY id = ? DESC, updated DESC", name, name, name
        )
        found = [_thread(row) for row in rows]
        if len(found) > 1 and found[0].id != name:
            raise StorageError(
                f"{len(found)} conversations are called {name!r}: name one by its id "
                f"({found[0].id} was used last)."
            )
        return found[0] if found else None

    def begun(self, beginning: str) -> Thread | None:
        """Return the only thread whose id begins so; None where there is none, or several."""
        rows = self._read(f"{_THREADS} WHERE substr(id, 1, ?) = ? LIMIT 2", len(beginning), beginning)
        return _thread(rows[0]) if beginning and len(rows) == 1 else None

    def named(self, name: str) -> Thread:
        """Return the thread that `find` finds.

        Raises:
            StorageError: There is none, or it is the title of several.
        """
        thread = self.find(name)
        if thread is None:
            raise StorageError(f"There is no conversation {name!r}: python main.py threads lists them.")
        return thread

    def undo(self, thread: str, number: int | None = None) -> Turn | None:
        """Delete a turn, the last one by default, and return it; None when there is none.

        A thread goes with its only turn: nothing would be left of it but the title, which is the question.
        """
        turns = [turn for turn in self.turns(thread) if number in (None, turn.number)]
        if not turns:
            return None
        with self._writing() as connection:
            connection.execute(
                "DELETE FROM turns WHERE thread = ? AND number = ?", (thread, turns[-1].number)
            )
            connection.execute(
                "DELETE FROM threads WHERE id = ? AND NOT EXISTS (SELECT 1 FROM turns WHERE thread = id)",
                (thread,),
            )
        return turns[-1]

    def fork(self, thread: str) -> str:
        """Copy a thread and return the copy's id; the original stays, be it the oldest of all.

        Raises:
            StorageError: There is no thread of that id.
        """
        with self._writing() as connection:
            source = connection.execute(
                "SELECT title, folders FROM threads WHERE id = ?", (thread,)
            ).fetchone()
            if source is None:
                raise StorageError(f"There is no thread {thread!r}: see /threads.")
            copy = _insert(connection, *source)
            connection.execute(
                "INSERT INTO turns SELECT ?, number, question, answer, asked FROM turns WHERE thread = ?",
                (copy, thread),
            )
            self._prune(connection, copy, thread)
        return copy

    def rename(self, thread: str, title: str) -> None:
        """Give a thread another title."""
        with self._writing() as connection:
            connection.execute("UPDATE threads SET title = ? WHERE id = ?", (title, thread))

    def delete(self, thread: str) -> None:
        """Delete a thread and its turns."""
        with self._writing() as connection:
            connection.execute("DELETE FROM threads WHERE id = ?", (thread,))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _prune(self, connection: sqlite3.Connection, *spared: str) -> None:
        """Delete the oldest threads beyond those that are kept, but none of the ones at work."""
        old = connection.execute(
            "SELECT id FROM threads ORDER BY updated DESC LIMIT -1 OFFSET ?", (self.keep,)
        )
        gone = [(own_id,) for (own_id,) in old if own_id not in spared]
        connection.executemany("DELETE FROM threads WHERE id = ?", gone)

    def _read(self, query: str, *values: object) -> list[Any]:
        if self._connection is None and not self._file.exists():
            return []
        with self._using() as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._using() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:  # Ctrl-C must not leave it half done either
                if connection.in_transaction:  # on a full disk SQLite may have rolled back itself
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = _open(self._file)
                yield self._connection
            except (sqlite3.Error, OSError) as error:
                raise storage_error("The saved conversations", self._file, error) from error


def _insert(connection: sqlite3.Connection, title: str, places: str) -> str:
    """Add a thread without turns, and return its id."""
    own_id = uuid.uuid4().hex[:8]
    now = _after_all(connection)
    connection.execute("INSERT INTO threads VALUES (?, ?, ?, ?, ?)", (own_id, title, places, now, now))
    return own_id


def _after_all(connection: sqlite3.Connection) -> float:
    """Return the time, later than every thread's: a clock that was put back must not make the new old."""
    [(latest,)] = connection.execute("SELECT coalesce(max(updated), 0) FROM threads")
    return max(time.time(), float(latest) + 1e-3)


def _places(folders: Sequence[Path]) -> str:
    return json.dumps([str(folder) for folder in folders])


def _open(file: Path) -> sqlite3.Connection:
    with open_database(file) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(_SCHEMA)
        return connection


def _answer(record: str) -> Answer | None:
    """Read a saved answer; one that is damaged counts as interrupted, and the turns around it are whole."""
    try:
        return Answer.from_record(json.loads(record))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _thread(row: Sequence[Any]) -> Thread:
    own_id, title, folders, created, updated, turns = row
    try:
        places = tuple(map(str, json.loads(folders)))
    except (ValueError, TypeError):
        places = ()
    return Thread(own_id, title, places, created, updated, turns)
