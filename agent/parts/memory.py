"""Long-term memory: short texts that outlive a conversation, in a LangGraph store on disk."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.database import open_database
from agent.errors import StorageError, storage_error

if TYPE_CHECKING:
    from langgraph.store.base import BaseStore

    from agent.parts.memory_store import Embed, MemoryStore

USER = "default"
"""Whose memories these are; the program has one person at a time."""

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Remembered:
    """One remembered text."""

    key: str
    text: str
    score: float | None = None


class Memory:
    """What is remembered, in the namespace where `graphs.build_assistant` looks.

    Args:
        file: The SQLite file; it is made with the first memory.
        embed: Turns texts into vectors, so that memories are found by their meaning.
    """

    def __init__(self, file: Path, embed: Embed | None = None) -> None:
        self._file = file
        self._embed = embed
        self._store: MemoryStore | None = None

    @property
    def store(self) -> BaseStore:
        """The LangGraph store.

        Raises:
            StorageError: The file cannot be used.
        """
        if self._store is None:
            self._store = _open(self._file, self._embed)
        return self._store

    def forget_vectors(self) -> None:
        """Embed every text anew: what embeds has changed."""
        if self._store is not None:
            self._store.forget_vectors()

    def remember(self, text: str) -> Remembered:
        """Keep a text."""
        kept = " ".join(text.split())[:_LONGEST]
        if not kept:
            raise StorageError("There is nothing to remember: write it behind the command.")
        key = uuid.uuid4().hex[:8]
        self.store.put(_namespace(), key, {"text": kept})
        return Remembered(key, kept)

    def search(self, query: str | None = None, limit: int = 5) -> list[Remembered]:
        """Return the memories that fit best, or the latest ones without a query."""
        if not self._file.exists():
            return []
        items = self.store.search(_namespace(), query=query, limit=limit)
        return [Remembered(item.key, str(item.value["text"]), item.score) for item in items]

    def all(self) -> list[Remembered]:
        """Return everything that is remembered, as far as `MemoryStore` compares it."""
        from agent.parts.memory_store import MOST

        return self.search(limit=MOST)

    def forget(self, key: str) -> Remembered | None:
        """Forget one memory by its key, or by words that it alone begins with; return it."""
        stored, words = self.all(), key.casefold()
        found = [item for item in stored if item.key == key]
        if words and not found:
            found = [item for item in stored if item.text.casefold().startswith(words)]
        if len(found) != 1:
            return None
        self.store.delete(_namespace(), found[0].key)
        return found[0]


def _namespace() -> tuple[str, ...]:
    from graphs.assistant.memory import memory_namespace

    return memory_namespace(USER)


def _open(file: Path, embed: Embed | None) -> MemoryStore:
    from agent.parts.memory_store import MemoryStore

    try:
        with open_database(file) as connection:
            return MemoryStore(connection, embed, file)
    except (sqlite3.Error, OSError) as error:
        raise storage_error("The memory", file, error) from error
