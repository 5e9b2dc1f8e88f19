"""A folder answers by its words while its passages still wait for their vectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag import FolderIndex
from rag.progress import Announcer, Progress
from rag.search.fusion import convex
from rag.storage import backlog
from tests.rag.fakes import FakeEmbedder

MakeIndex = Callable[..., FolderIndex]


class InterruptedTestError(Exception):
    """Somebody pulls the plug."""


class FailingEmbedder(FakeEmbedder):
    """Gives up when it was asked for so many texts."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if len(self.embedded) + len(texts) > self._limit:
            raise InterruptedTestError
        return super().embed_documents(texts)


def test_without_time_to_embed_words_answer(folder: Path, make_index: MakeIndex) -> None:
    index = make_index(folder, embed_seconds=0)
    report = index.refresh()
    assert (report.added, report.waiting) == (3, report.chunks)
    best = index.search("How long does rye bread keep?")[0]
    assert best.path == "notes/bread.txt"
    assert set(best.scores) == {"bm25"}


def test_the_next_refresh_goes_on(folder: Path, make_index: MakeIndex) -> None:
    first = make_index(folder, embed_seconds=0)
    first.refresh()
    first.close()
    second = make_index(folder)
    report = second.refresh()
    assert (report.unchanged, report.waiting) == (3, 0)
    assert set(second.search("How long does rye bread keep?")[0].scores) == {"dense", "bm25"}


def test_what_was_embedded_before_an_error_is_kept(
    folder: Path, make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch, embedder: FakeEmbedder
) -> None:
    monkeypatch.setattr(backlog, "STEP_CHUNKS", 1)
    index = make_index(folder, embedder=FailingEmbedder(limit=2))
    with pytest.raises(InterruptedTestError):
        index.refresh()
    assert index.search("Gouda ripens in a cellar")[0].path == "notes/cheese.txt"
    index.close()
    again = make_index(folder)
    assert len(embedder.embedded) == 0
    report = again.refresh()
    assert len(embedder.embedded) == report.chunks - 2
    assert report.waiting == 0


def test_copies_are_embedded_once(folder: Path, make_index: MakeIndex, embedder: FakeEmbedder) -> None:
    for number in range(5):
        (folder / f"copy{number}.txt").write_text((folder / "notes/cheese.txt").read_text())
    make_index(folder).refresh()
    assert len(embedder.embedded) == len(set(embedder.embedded))


def test_words_alone_count_where_there_is_no_vector() -> None:
    fused = convex(dense={1: 0.2, 2: 0.8}, sparse={1: 5.0, 3: 10.0, 4: 1.0}, weight=0.5)
    assert fused[3] == 1.0
    assert fused[2] == 0.5
    assert fused[3] > fused[2] > fused[1] > fused[4]


def test_progress_reads_first_and_then_embeds(folder: Path, make_index: MakeIndex) -> None:
    seen: list[Progress] = []
    report = make_index(folder).refresh(seen.append)
    assert [one.is_embedding for one in seen] == sorted(one.is_embedding for one in seen)
    assert (seen[-1].files_done, seen[-1].chunks_done) == (3, report.chunks)
    assert seen[-1].chunks_total == report.chunks
    assert seen[-1].seconds_left == 0


def test_progress_says_when_the_embedding_stops(folder: Path, make_index: MakeIndex) -> None:
    seen: list[Progress] = []
    make_index(folder, embed_seconds=0).refresh(seen.append)
    assert [one.seconds_to_limit for one in seen if not one.is_embedding] == [None] * (len(seen) - 1)
    assert seen[-1].seconds_to_limit == 0.0


def test_snapshots_are_rare_but_the_last_one_comes() -> None:
    seen: list[Progress] = []
    announcer = Announcer(seen.append)
    for number in range(10_000):
        announcer.files_done = number
        announcer.tell()
    announcer.tell(at_once=True)
    assert seen[-1].files_done == 9_999
    assert len(seen) < 10_000


def test_time_left_is_known_once_embedding_began() -> None:
    assert Progress(5, 10, 0, 40, seconds=2.0).seconds_left is None
    assert Progress(10, 10, 10, 40, seconds=7.0, embedding_seconds=5.0).seconds_left == 15.0
    assert Progress(10, 10, 10, 40, seconds=7.0, embedding_seconds=5.0).files_per_second == 5.0
