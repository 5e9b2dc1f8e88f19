"""Tell Chroma what changed in the store, and forget each change only once Chroma has it."""

from __future__ import annotations

import numpy as np

from rag.store import Store, listed
from rag.vector_store import VectorStore

_BATCH = 1000
_LAZY_DELETIONS = 256
"""So many deleted chunks may stay in the collection: no search shows them, and opening it takes seconds."""


def deliver(store: Store, vectors: VectorStore, at_least: int = 1) -> None:
    """Work off the outbox; every step can be repeated, so a crash in between does no harm.

    Args:
        store: The index.
        vectors: The collection that follows it.
        at_least: Leave a shorter list for later, as few large steps are faster than many small ones.
    """
    pending = [number for (number,) in store.rows("SELECT chunk FROM outbox ORDER BY chunk")]
    (new,) = store.rows("SELECT count(*) FROM outbox JOIN chunks ON chunks.id = outbox.chunk")[0]
    if len(pending) < at_least or (not new and len(pending) <= _LAZY_DELETIONS):
        return
    for start in range(0, len(pending), _BATCH):
        _deliver_batch(store, vectors, pending[start : start + _BATCH])


def begin_anew(store: Store) -> None:
    """Note every chunk as undelivered: the collection was lost, or it is another server's."""
    with store.transaction():
        store.rows("DELETE FROM outbox")
        store.rows("INSERT INTO outbox SELECT id FROM chunks")


def _deliver_batch(store: Store, vectors: VectorStore, numbers: list[int]) -> None:
    rows = store.rows(
        "SELECT chunks.id, document, value FROM chunks JOIN vectors ON vectors.key = chunks.vector"
        " WHERE chunks.id IN (SELECT value FROM json_each(?))",
        [listed(numbers)],
    )
    present = {number for number, _, _ in rows}
    if gone := [number for number in numbers if number not in present]:
        vectors.delete(gone)
    if rows:
        matrix = np.stack([np.frombuffer(value, np.float32) for _, _, value in rows])
        vectors.upsert([number for number, _, _ in rows], matrix, [document for _, document, _ in rows])
    with store.transaction():
        store.rows("DELETE FROM outbox WHERE chunk IN (SELECT value FROM json_each(?))", [listed(numbers)])
