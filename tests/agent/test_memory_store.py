"""The store on disk: found by meaning, page by page, sync and async."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from agent.parts.memory_store import MemoryStore

PLACE = ("memories", "ada")
VECTORS = {"tea": [1.0, 0.0], "boat": [0.0, 1.0], "coffee": [0.9, 0.1], "drink": [1.0, 0.05]}


@pytest.fixture
def store(tmp_path: Path) -> MemoryStore:
    connection = sqlite3.connect(tmp_path / "memory.sqlite", isolation_level=None, check_same_thread=False)
    return MemoryStore(connection, lambda texts: [VECTORS[text] for text in texts])


def fill(store: MemoryStore) -> None:
    for text in ("tea", "boat", "coffee"):
        store.put(PLACE, text, {"text": text})
    store.put(("memories", "bob"), "tea", {"text": "tea"})


def test_the_best_come_first(store: MemoryStore) -> None:
    fill(store)
    found = store.search(PLACE, query="drink")
    assert [item.key for item in found] == ["tea", "coffee", "boat"]
    assert found[0].score == pytest.approx(0.99875, abs=1e-4)
    assert [item.key for item in store.search(PLACE, query="drink", limit=1, offset=1)] == ["coffee"]
    assert [item.key for item in store.search(PLACE, query="drink", filter={"text": "boat"})] == ["boat"]


def test_without_a_query_nothing_is_weighed(store: MemoryStore) -> None:
    fill(store)
    assert {item.key for item in store.search(PLACE)} == {"tea", "boat", "coffee"}
    assert len(store.search(PLACE, limit=2)) == 2
    assert all(item.score is None for item in store.search(PLACE))
    assert store.search(("memories", "eve"), query="drink") == []


def test_vectors_are_kept_until_what_embeds_changes(store: MemoryStore) -> None:
    fill(store)
    asked: list[str] = []

    def embed(texts: list[str]) -> list[list[float]]:
        asked.extend(texts)
        return [[1.0, 0.0, 0.0] for _ in texts]

    store.search(PLACE, query="drink")
    store._embed = embed
    store.forget_vectors()
    for _ in range(2):
        assert {item.score for item in store.search(PLACE, query="drink")} == {1.0}
    assert sorted(asked) == ["boat", "coffee", "drink", "drink", "tea"]


async def test_it_works_async(store: MemoryStore) -> None:
    await store.aput(PLACE, "tea", {"text": "tea"})
    await store.aput(PLACE, "boat", {"text": "boat"})
    assert [item.key for item in await store.asearch(PLACE, query="drink")] == ["tea", "boat"]
    await store.adelete(PLACE, "tea")
    assert await store.aget(PLACE, "tea") is None
