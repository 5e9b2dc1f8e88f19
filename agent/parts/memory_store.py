"""A LangGraph store on disk that finds texts by their meaning.

`SqliteStore` does so with a SQLite extension, which many builds of Python cannot load. A person's
memories are few, so comparing all of them is quick enough and works everywhere.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import cast

from langgraph.store.base import Op, Result, SearchItem, SearchOp
from langgraph.store.sqlite import SqliteStore

from agent.errors import storage_error

Embed = Callable[[list[str]], list[list[float]]]
"""Turns texts into vectors."""

MOST = 1000
"""Memories that are compared; the latest ones where there are more."""


class MemoryStore(SqliteStore):
    """Keeps `{"text": ...}` values and finds them by meaning.

    Args:
        connection: An open database; it is made ready.
        embed: Turns texts into vectors; None returns the latest memories whatever is asked.
        file: Where the database is, for messages.
    """

    def __init__(
        self, connection: sqlite3.Connection, embed: Embed | None = None, file: Path = Path("memory")
    ) -> None:
        super().__init__(connection)
        self._file = file
        self.setup()
        self._embed = embed
        self._vectors: dict[str, list[float]] = {}

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do what is asked, which every method of a store comes down to; a search puts the best first.

        Raises:
            StorageError: The database is damaged, or its disk is full.
        """
        asked = list(ops)
        try:
            results = super().batch([_all_of(op) if isinstance(op, SearchOp) else op for op in asked])
        except (sqlite3.Error, ValueError) as error:
            if self.conn.in_transaction:
                self.conn.execute("ROLLBACK")
            raise storage_error("The memory", self._file, error) from error
        return [
            self._best(op, cast(list[SearchItem], result)) if isinstance(op, SearchOp) else result
            for op, result in zip(asked, results, strict=True)
        ]

    def forget_vectors(self) -> None:
        """Embed every text anew: what embeds has changed, and its vectors are like no others."""
        self._vectors = {}  # another: a search under way still adds to the old one

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Do what `batch` does, without blocking."""
        return await asyncio.to_thread(self.batch, list(ops))

    def _best(self, op: SearchOp, items: list[SearchItem]) -> list[SearchItem]:
        if op.query and self._embed and items:
            scores = self._scores(self._embed, op.query, [str(item.value.get("text", "")) for item in items])
            for item, score in zip(items, scores, strict=True):
                item.score = score
            items.sort(key=lambda item: -(item.score or 0.0))
        return items[op.offset : op.offset + op.limit]

    def _scores(self, embed: Embed, query: str, texts: Sequence[str]) -> list[float]:
        import numpy as np

        known = self._vectors
        new = [text for text in texts if text not in known]
        wanted, *vectors = embed([query, *new])
        known.update(zip(new, vectors, strict=True))
        matrix = np.asarray([known[text] for text in texts])
        norms = np.linalg.norm(matrix, axis=1) * np.linalg.norm(wanted)
        scores: list[float] = (matrix @ np.asarray(wanted) / np.maximum(norms, 1e-12)).tolist()
        return scores


def _all_of(op: SearchOp) -> SearchOp:
    return op._replace(query=None, limit=MOST, offset=0)
