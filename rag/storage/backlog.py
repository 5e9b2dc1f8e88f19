"""Chunks that can already be found by their words and still wait for their vector."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from rag.embedding import Embedder, embed, text_to_embed
from rag.progress import Announcer
from rag.storage.outbox import deliver, deliver_chunks
from rag.storage.store import Store
from rag.storage.vector_store import VectorStore

STEP_CHUNKS = 128
"""Enough texts to sort by length; few enough to lose little when killed and to stop soon."""
_DELIVERY_CHUNKS = 1000  # few large steps of Chroma are faster than many small ones


class OtherDimensionsError(Exception):
    """The embedding model gives vectors of other dimensions than those in the index."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    chunk: int
    key: bytes
    text: str
    has_vector: bool
    """Another chunk of the same text was embedded before; only Chroma lacks it."""


def count_waiting(store: Store) -> int:
    """Return how many chunks only their words can find."""
    (count,) = store.rows(
        "SELECT count(*) FROM outbox JOIN chunks ON chunks.id = outbox.chunk"
        " WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE key = chunks.vector)"
    )[0]
    return int(count)


def work_off(
    store: Store, vectors: VectorStore, embedder: Embedder, announcer: Announcer, seconds: float | None
) -> None:
    """Embed what waits and tell Chroma, in steps that a killed process need not repeat.

    Args:
        store: The index.
        vectors: The collection that follows it.
        embedder: Gives the vectors.
        announcer: Is told of every step.
        seconds: Stop after about so long; None goes on to the end.

    Raises:
        OtherDimensionsError: What was embedded does not go with what the index holds; it is left as it was.
    """
    announcer.begin_embedding(_count_undelivered(store), seconds)
    deadline = None if seconds is None else time.monotonic() + seconds
    ready: list[int] = []
    for step in _steps(store):
        if deadline is not None and time.monotonic() >= deadline:
            break
        _embed_step(store, embedder, step)
        ready += [waiting.chunk for waiting in step]
        announcer.chunks_done += len(step)
        announcer.tell()
        if len(ready) >= _DELIVERY_CHUNKS:
            deliver_chunks(store, vectors, ready)
            ready = []
    deliver(store, vectors)
    announcer.tell(at_once=True)


def _count_undelivered(store: Store) -> int:
    return int(store.rows("SELECT count(*) FROM outbox JOIN chunks ON chunks.id = outbox.chunk")[0][0])


def _steps(store: Store) -> Iterator[list[_Waiting]]:
    last = -1
    while rows := store.rows(
        "SELECT chunks.id, vector, heading, text, key IS NOT NULL FROM outbox"
        " JOIN chunks ON chunks.id = outbox.chunk LEFT JOIN vectors ON key = vector"
        " WHERE outbox.chunk > ? ORDER BY outbox.chunk LIMIT ?",
        [last, STEP_CHUNKS],
    ):
        last = rows[-1][0]
        yield [
            _Waiting(chunk, key, text_to_embed(heading, text), bool(known))
            for chunk, key, heading, text, known in rows
        ]


def _embed_step(store: Store, embedder: Embedder, step: list[_Waiting]) -> None:
    missing = {waiting.key: waiting.text for waiting in step if not waiting.has_vector}
    if not missing:
        return
    vectors = embed(embedder, list(missing.values()))
    if store.has_other_length(vectors.shape[1]):
        raise OtherDimensionsError
    with store.transaction():
        store.add_vectors((key, row.tobytes()) for key, row in zip(missing, vectors, strict=True))
