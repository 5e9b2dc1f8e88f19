"""Tell Chroma what changed in the store, and forget each change only once Chroma has it."""

from __future__ import annotations

import numpy as np

from rag.store import Store, listed
from rag.vector_store import VectorStore

_BATCH = 1000


def deliver(store: Store, vectors: VectorStore, at_least: int = 1) -> None:
    """Work off the outbox; every step can be repeated, so a crash in between does no harm.

    Args:
        store: The index.
        vectors: The collection that follows it.
        at_least: Leave a shorter list for later, as few large steps are faster than many small ones.
    """
    pending = [number for (number,) in store.rows("SELECT chunk FROM outbox ORDER BY chunk")]
    if len(pending) < at_least:
        return
    for start in range(0, len(pending), _BATCH):
        _deliver_batch(store, vectors, pending[start : start + _BATCH])


def reconcile(store: Store, vectors: VectorStore) -> None:
    """Send everything anew where the collection is not the store's: lost, or another server's."""
    if vectors.count() == store.count_chunks():
        return
    vectors.clear()
    with store.transaction():
        store.rows("DELETE FROM outbox")
        store.rows("INSERT INTO outbox SELECT id FROM chunks")
    deliver(store, vectors)


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
