"""A LangGraph store on disk that finds texts by their meaning.

`SqliteStore` does so with a SQLite extension, which many builds of Python cannot load. A person's
memories are few, so comparing all of them is quick enough and works everywhere.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from langgraph.store.base import SearchItem
from langgraph.store.sqlite import SqliteStore

Embed = Callable[[list[str]], list[list[float]]]
"""Turns texts into vectors."""

_MOST = 1000
"""Memories that are compared; the latest ones where there are more."""


class MemoryStore(SqliteStore):
    """Keeps `{"text": ...}` values and finds them by meaning.

    Args:
        connection: An open database; it is made ready.
        embed: Turns texts into vectors; None returns the latest memories whatever is asked.
    """

    def __init__(self, connection: sqlite3.Connection, embed: Embed | None = None) -> None:
        super().__init__(connection)
        self.setup()
        self._embed = embed
        self._vectors: dict[str, list[float]] = {}

    def search(
        self,
        namespace_prefix: tuple[str, ...],
        /,
        *,
        query: str | None = None,
        filter: dict[str, Any] | None = None,  # noqa: A002 - langgraph's name
        limit: int = 10,
        offset: int = 0,
        refresh_ttl: bool | None = None,
    ) -> list[SearchItem]:
        """Return the items that fit a query best, or the latest ones without a query."""
        items = super().search(namespace_prefix, filter=filter, limit=_MOST, refresh_ttl=refresh_ttl)
        if query and self._embed and items:
            scores = self._scores(query, [str(item.value.get("text", "")) for item in items])
            for item, score in zip(items, scores, strict=True):
                item.score = score
            items.sort(key=lambda item: -(item.score or 0.0))
        return items[offset : offset + limit]

    async def asearch(
        self,
        namespace_prefix: tuple[str, ...],
        /,
        *,
        query: str | None = None,
        filter: dict[str, Any] | None = None,  # noqa: A002 - langgraph's name
        limit: int = 10,
        offset: int = 0,
        refresh_ttl: bool | None = None,
    ) -> list[SearchItem]:
        """Return what `search` does, without blocking."""
        return await asyncio.to_thread(
            lambda: self.search(
                namespace_prefix,
                query=query,
                filter=filter,
                limit=limit,
                offset=offset,
                refresh_ttl=refresh_ttl,
            )
        )

    def _scores(self, query: str, texts: Sequence[str]) -> list[float]:
        import numpy as np

        if self._embed is None:
            return [0.0] * len(texts)
        new = [text for text in [query, *texts] if text not in self._vectors]
        self._vectors.update(zip(new, self._embed(new), strict=True) if new else ())
        matrix = np.asarray([self._vectors[text] for text in texts])
        wanted = np.asarray(self._vectors.pop(query) if query not in texts else self._vectors[query])
        norms = np.linalg.norm(matrix, axis=1) * np.linalg.norm(wanted)
        scores: list[float] = (matrix @ wanted / np.maximum(norms, 1e-12)).tolist()
        return scores
