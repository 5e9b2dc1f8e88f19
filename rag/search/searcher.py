"""Find the passages that answer a question: dense and word search, fused."""

# ruff: noqa: S608 - statements are put together from constants; values are always bound

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rag.embedding import Embedder
from rag.passage import Passage
from rag.search.duplicates import without_near_duplicates
from rag.search.fusion import convex
from rag.search.query import match_query
from rag.storage.outbox import count_gone
from rag.storage.store import Store, listed
from rag.storage.vector_store import VectorStore

DENSE_WEIGHT = 0.5
"""Share of the dense score.

Recall@5 of words, vectors and their fusion, by `eval retrieval`: handbook 0.99, 0.94, 1.00; health articles
0.96, 0.94, 0.97; encyclopedia 0.91, 0.83, 0.92; reading 0.86, 0.83, 0.88; sentences 0.83, 0.86, 0.86. Weights
from 0.4 to 0.6 differ by less than 0.01; reciprocal rank fusion is 0.01 to 0.03 worse.
"""
_HEADING_WEIGHT = 2.0  # a word in a heading counts twice; measured against 0.3, 1 and 4
_CANDIDATES = 100
_IN_DOCUMENTS = "document IN (SELECT value FROM json_each(?))"
_EXACT_LIMIT = 4096
"""A filter that leaves at most so many chunks is answered by comparing the question with each of them.

Chroma's own filters take from a tenth of a second to seconds at 50,000 chunks.
"""


def search(
    store: Store,
    vectors: VectorStore,
    embedder: Embedder,
    question: str,
    k: int,
    paths: Sequence[str] | None,
    dense_weight: float = DENSE_WEIGHT,
) -> list[Passage]:
    """Return the passages that fit best, best first: about three times `k`, near-duplicates left out."""
    documents = None if paths is None else matching_documents(store, paths)
    if not question.strip() or k < 1 or documents == []:
        return []
    count = max(_CANDIDATES, 4 * k)
    query = embedder.embed_query(question)
    dense = _dense(store, vectors, query, count, documents)
    sparse = _sparse(store, question, count, documents)
    # What only the words found also has a similarity; counting it as 0 ranks worse.
    dense |= _exact(store, query, "id", sparse.keys() - dense.keys())
    fused = convex(dense, sparse, dense_weight)
    ranked = sorted(fused, key=lambda number: (-fused[number], number))[: 3 * k]
    return without_near_duplicates(_passages(store, ranked, fused, {"dense": dense, "bm25": sparse}))


def matching_documents(store: Store, paths: Sequence[str]) -> list[int]:
    """Return the documents whose path is named, lies in a named folder, or fits a pattern like "*.md"."""
    rows = store.rows("SELECT id, path FROM documents WHERE error IS NULL")
    return [number for number, path in rows if any(_fits(path, wanted) for wanted in paths)]


def _fits(path: str, wanted: str) -> bool:
    folder = wanted.rstrip("/")
    return path == wanted or path.startswith(f"{folder}/") or fnmatch.fnmatchcase(path, wanted)


def _dense(
    store: Store, vectors: VectorStore, query: Sequence[float], count: int, documents: list[int] | None
) -> dict[int, float]:
    if documents is None:
        deleted = count_gone(store)  # they may still take places in the collection
        return dict(vectors.nearest(query, count + min(deleted, count * 4)))
    (chunks,) = store.rows(f"SELECT count(*) FROM chunks WHERE {_IN_DOCUMENTS}", [listed(documents)])[0]
    if chunks > _EXACT_LIMIT:
        scores = _nearest_within(store, vectors, query, count * store.count_chunks() // chunks * 2, documents)
    else:
        scores = _exact(store, query, "document", documents)
    return {number: scores[number] for number in sorted(scores, key=lambda number: -scores[number])[:count]}


def _nearest_within(
    store: Store, vectors: VectorStore, query: Sequence[float], count: int, documents: list[int]
) -> dict[int, float]:
    """Look at more neighbours than are wanted and keep those of the documents."""
    found = dict(vectors.nearest(query, count))
    rows = store.rows(
        f"SELECT id FROM chunks WHERE id IN (SELECT value FROM json_each(?)) AND +{_IN_DOCUMENTS}",
        [listed(found), listed(documents)],
    )
    return {number: found[number] for (number,) in rows}


def _exact(store: Store, query: Sequence[float], column: str, numbers: Iterable[int]) -> dict[int, float]:
    """Compare the question with every chunk whose `column` is among the numbers."""
    rows = store.rows(
        "SELECT id, value FROM chunks JOIN vectors ON key = vector"
        f" WHERE {column} IN (SELECT value FROM json_each(?))",
        [listed(numbers)],
    )
    if not rows:
        return {}
    matrix = np.stack([np.frombuffer(value, np.float32) for _, value in rows])
    unit = np.asarray(query, np.float32) / max(float(np.linalg.norm(query)), 1e-12)
    return {number: float(score) for (number, _), score in zip(rows, matrix @ unit, strict=True)}


def _sparse(store: Store, question: str, count: int, documents: list[int] | None) -> dict[int, float]:
    query = match_query(question)
    if not query:
        return {}
    condition = "" if documents is None else f"AND +rowid IN (SELECT id FROM chunks WHERE {_IN_DOCUMENTS})"
    values = [query] if documents is None else [query, listed(documents)]
    rows = store.rows(
        f"SELECT rowid, -bm25(words, {_HEADING_WEIGHT}) AS score FROM words WHERE words MATCH ? {condition}"
        f" ORDER BY score DESC LIMIT {count}",
        values,
    )
    return dict(rows)


def _passages(
    store: Store, ranked: list[int], fused: dict[int, float], methods: dict[str, dict[int, float]]
) -> list[Passage]:
    """Fetch the chunks by number; what the store no longer knows was deleted and is left out."""
    rows = store.rows(
        "SELECT chunks.id, chunks.text, path, start, end, start_line, end_line, page, heading, lines"
        " FROM chunks JOIN documents ON documents.id = document"
        " WHERE chunks.id IN (SELECT value FROM json_each(?))",
        [listed(ranked)],
    )
    found = {number: fields for number, *fields in rows}
    return [
        replace(_passage(found[number]), score=fused[number], scores=_scores_of(number, methods))
        for number in ranked
        if number in found
    ]


def _passage(fields: list[Any]) -> Passage:
    *places, lines = fields
    return replace(Passage(*places), lines=tuple((offset, line) for offset, line in json.loads(lines)))


def _scores_of(number: int, methods: dict[str, dict[int, float]]) -> dict[str, float]:
    return {name: scores[number] for name, scores in methods.items() if number in scores}
