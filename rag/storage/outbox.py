"""Tell Chroma what changed in the store, and forget each change only once Chroma has it."""

# ruff: noqa: S608 - statements are put together from constants

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.storage.store import Store, listed
from rag.storage.vector_store import VectorStore

_BATCH = 1000  # rows; measured as fast as larger ones, and memory stays small
_LAZY_DELETIONS = 256
"""So many deleted chunks may stay in the collection: no search shows them, and opening it takes seconds."""
_GONE = "NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.id = outbox.chunk)"


def deliver(store: Store, vectors: VectorStore) -> None:
    """Work off the outbox, but for chunks that still wait for their vector.

    Every step can be repeated, so a crash in between does no harm.
    """
    gone = [number for (number,) in store.rows(f"SELECT chunk FROM outbox WHERE {_GONE}")]
    ready = [
        number
        for (number,) in store.rows(
            "SELECT chunk FROM outbox JOIN chunks ON chunks.id = chunk"
            " WHERE EXISTS (SELECT 1 FROM vectors WHERE key = chunks.vector) ORDER BY chunk"
        )
    ]
    if ready or len(gone) > _LAZY_DELETIONS:
        deliver_chunks(store, vectors, gone + ready)


def deliver_chunks(store: Store, vectors: VectorStore, numbers: Sequence[int]) -> None:
    """Tell Chroma about these chunks, each of which was deleted or has its vector."""
    for start in range(0, len(numbers), _BATCH):
        _deliver_batch(store, vectors, numbers[start : start + _BATCH])


def count_gone(store: Store) -> int:
    """Return how many deleted chunks may still be in the collection."""
    return int(store.rows(f"SELECT count(*) FROM outbox WHERE {_GONE}")[0][0])


def begin_anew(store: Store, collection: str) -> None:
    """Note every chunk as undelivered, and which collection is filled from now on.

    The one before was lost, or is another server's. It is told by its id, as whoever opens a lost collection,
    were it only to search, leaves an empty one of its name.
    """
    with store.transaction():
        store.put("collection", collection)
        store.rows("DELETE FROM outbox")
        store.rows("INSERT INTO outbox SELECT id FROM chunks")


def _deliver_batch(store: Store, vectors: VectorStore, numbers: Sequence[int]) -> None:
    rows = store.rows(
        "SELECT chunks.id, value FROM chunks JOIN vectors ON vectors.key = chunks.vector"
        " WHERE chunks.id IN (SELECT value FROM json_each(?))",
        [listed(numbers)],
    )
    present = {number for number, _ in rows}
    if gone := [number for number in numbers if number not in present]:
        vectors.delete(gone)
    if rows:
        matrix = np.stack([np.frombuffer(value, np.float32) for _, value in rows])
        vectors.upsert([number for number, _ in rows], matrix)
    with store.transaction():
        store.rows("DELETE FROM outbox WHERE chunk IN (SELECT value FROM json_each(?))", [listed(numbers)])
