"""A refresh against the index file alone: what it reads, what it remembers, what the collection is told."""

from __future__ import annotations

import gzip
import math
import os
import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from rag import progress as progress_module
from rag import reading, refresh
from rag.embedding import embed, text_to_embed
from rag.errors import EmptyFolderError, LoadError, VanishedError
from rag.limits import Limits
from rag.progress import Progress
from rag.refresh import Refresh, Tools
from rag.report import FailedFile, IndexReport
from rag.splitter import Splitter
from rag.storage import backlog, outbox
from rag.storage.outbox import count_gone
from rag.storage.store import Store
from rag.storage.vector_store import VectorStore
from rag.walk import FileStamp
from tests.rag.fakes import FakeCollection, FakeEmbedder

SIZE_OF_A_PAGE = 40


class Shelf:
    """A folder, its index file and its collection, refreshed as often as one likes."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder = folder
        self.store = Store(data / "index.sqlite3")
        self.collection = FakeCollection()
        self.embedder = FakeEmbedder()
        self.seen: list[Progress] = []
        self.limits = Limits(text_bytes=100_000)

    def refresh(
        self,
        *,
        seconds: float | None = None,
        listener: Callable[[Progress], None] | None = None,
        **settings: Any,
    ) -> IndexReport:
        splitter = Splitter(SIZE_OF_A_PAGE)
        vectors = cast("VectorStore", self.collection)
        tools = Tools(self.store, vectors, self.embedder, splitter, self.limits)
        self.seen.clear()
        self.embedder.embedded.clear()
        self.collection.upserts = self.collection.deletions = 0
        return Refresh(self.folder, tools, settings, listener or self.seen.append, seconds).run()

    def write(self, path: str, text: str) -> None:
        """Write a file whose stamp is old enough to be relied on."""
        place = self.folder / path
        place.write_text(text, encoding="utf-8")
        os.utime(place, (1_000_000_000, 1_000_000_000 + len(text)))

    def check_collection(self) -> None:
        """Compare the collection with what the index file says it should hold."""
        rows = self.store.rows("SELECT id, heading, text FROM chunks ORDER BY id")
        assert sorted(self.collection.rows) == [number for number, *_ in rows]
        vectors = embed(FakeEmbedder(), [text_to_embed(heading, text) for _, heading, text in rows])
        for (number, *_), vector in zip(rows, vectors, strict=True):
            assert np.allclose(self.collection.rows[number], vector)


@pytest.fixture
def shelf(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.setattr(progress_module, "_SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(reading, "_SETTLED_NS", 0)
    made = Shelf(folder, tmp_path)
    yield made
    made.store.close()


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.removed


def test_the_collection_holds_every_chunk_with_its_document(shelf: Shelf) -> None:
    report = shelf.refresh()
    assert counts(report) == (3, 0, 0, 0)
    assert (report.chunks, report.waiting, report.failed) == (len(shelf.collection.rows), 0, [])
    assert report.seconds > 0
    assert {(file.path, file.format, file.encoding) for file in shelf.store.files()} == {
        ("notes/bread.txt", "text", "utf-8"),
        ("notes/cheese.txt", "text", "utf-8"),
        ("office.md", "Markdown", "utf-8"),
    }
    shelf.check_collection()
    assert len(shelf.embedder.embedded) == report.chunks
    assert shelf.store.rows("SELECT * FROM outbox") == []


def test_nothing_changed_is_nothing_done(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    first = shelf.refresh()
    monkeypatch.setattr(refresh, "read_content", None)  # no file is even opened
    again = shelf.refresh()
    assert counts(again) == (0, 0, 3, 0)
    assert again.chunks == first.chunks
    assert (shelf.embedder.embedded, shelf.collection.upserts, shelf.collection.deletions) == ([], 0, 0)


def test_changes_reach_the_collection(shelf: Shelf) -> None:
    shelf.refresh()
    before = shelf.store.known_files()
    shelf.write("notes/cheese.txt", "Edam is round.\n")
    shelf.write("new.txt", "Llamas hum.\n")
    (shelf.folder / "notes/bread.txt").unlink()
    assert counts(shelf.refresh()) == (1, 1, 1, 1)
    assert shelf.embedder.embedded == ["Llamas hum.", "Edam is round."]
    known = shelf.store.known_files()
    assert known.keys() == {"new.txt", "notes/cheese.txt", "office.md"}
    assert known["office.md"] == before["office.md"]
    assert known["new.txt"].stamp == FileStamp.of((shelf.folder / "new.txt").stat())
    shelf.check_collection()
    texts = shelf.store.rows("SELECT count(*) FROM vectors")
    assert texts == [(len(shelf.collection.rows),)]  # vectors that nothing uses are dropped


def test_a_touched_file_is_compared_once_and_stays(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.refresh()
    os.utime(shelf.folder / "office.md", (5, 5))
    assert counts(shelf.refresh()) == (0, 0, 3, 0)
    assert shelf.embedder.embedded == []
    monkeypatch.setattr(refresh, "read_content", None)
    assert counts(shelf.refresh()) == (0, 0, 3, 0)


def test_other_settings_build_the_index_again_but_embed_nothing_twice(shelf: Shelf) -> None:
    shelf.refresh(max_tokens=40)
    shelf.collection.rows[999] = [0.0]  # whatever is there is cleared away
    assert counts(shelf.refresh(max_tokens=40)) == (0, 0, 3, 0)
    assert 999 in shelf.collection.rows
    assert counts(shelf.refresh(max_tokens=41)) == (3, 0, 0, 0)
    assert shelf.embedder.embedded == []
    shelf.check_collection()
    assert counts(shelf.refresh(max_tokens=41)) == (0, 0, 3, 0)
    shelf.refresh(first=1, second=2)
    assert counts(shelf.refresh(second=2, first=1)) == (0, 0, 3, 0)


@pytest.mark.parametrize("version", ["LOADER_VERSION", "SPLITTER_VERSION"])
def test_another_version_of_the_program_builds_the_index_again(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    shelf.refresh()
    monkeypatch.setattr(refresh, version, 99)
    assert counts(shelf.refresh()) == (3, 0, 0, 0)


def test_another_embedding_model_embeds_everything_again(shelf: Shelf) -> None:
    chunks = shelf.refresh().chunks
    shelf.embedder = FakeEmbedder("other")
    assert counts(shelf.refresh()) == (3, 0, 0, 0)
    assert len(shelf.embedder.embedded) == chunks
    shelf.check_collection()


@pytest.mark.parametrize("tells", [True, False])
def test_a_model_of_other_dimensions_embeds_everything_again(shelf: Shelf, tells: bool) -> None:
    """One of the same name, which may tell its dimensions or show them with the first new text."""
    shelf.refresh()
    shelf.embedder = FakeEmbedder(dimensions=32)
    if not tells:
        shelf.write("new.txt", "New words.")
        of_few_words = SimpleNamespace(
            name="fake", embedded=[], embed_documents=shelf.embedder.embed_documents
        )
        shelf.embedder = cast("FakeEmbedder", of_few_words)
    report = shelf.refresh()
    assert counts(report) == (int(not tells), 0, 3, 0)
    assert {len(vector) for vector in shelf.collection.rows.values()} == {32}
    assert len(shelf.collection.rows) == report.chunks
    assert shelf.store.rows("SELECT DISTINCT length(value) FROM vectors") == [(4 * 32,)]


def test_a_lost_collection_is_filled_again_without_embedding(shelf: Shelf) -> None:
    shelf.refresh()
    shelf.collection = FakeCollection()
    assert counts(shelf.refresh()) == (0, 0, 3, 0)
    assert shelf.embedder.embedded == []
    shelf.check_collection()


def test_a_refresh_that_ends_at_once_leaves_a_lost_collection_to_the_next(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pull_the_plug(*_: object) -> None:
        raise KeyboardInterrupt

    shelf.refresh()
    shelf.collection = FakeCollection()
    for step in ("begin_anew", "work_off"):
        with monkeypatch.context() as patched:
            patched.setattr(refresh, step, pull_the_plug)
            with pytest.raises(KeyboardInterrupt):
                shelf.refresh()
    shelf.refresh()
    shelf.check_collection()


def test_equal_texts_under_other_headings_are_other_texts(shelf: Shelf) -> None:
    for name in ("Cats", "Dogs"):
        shelf.write(f"{name}.md", f"# {name}\n\n" + "They sleep all day long, and at night. " * 20)
    shelf.refresh()
    told = "SELECT heading FROM chunks GROUP BY text HAVING count(DISTINCT heading) > 1"
    assert shelf.store.rows(told) != []
    shelf.check_collection()


def test_a_file_that_is_too_large_once_unpacked_is_listed_until_the_limit_is_raised(shelf: Shelf) -> None:
    (shelf.folder / "log.txt.gz").write_bytes(gzip.compress(b"All is well. " * 10_000))
    reason = "unpacks to more than the limit of 100.0 KB"
    assert shelf.refresh().failed == [FailedFile("log.txt.gz", reason)]
    shelf.limits = Limits(text_bytes=200_000)
    assert shelf.refresh().failed == []


def test_a_file_without_text_is_listed_until_it_changes(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.write("blank.txt", "  \n")
    shelf.write("office.md", "\n\n")
    report = shelf.refresh()
    assert counts(report) == (2, 0, 0, 0)
    reason = "holds no text"
    assert report.failed == [FailedFile("blank.txt", reason), FailedFile("office.md", reason)]
    with monkeypatch.context() as patched:
        patched.setattr(refresh, "read_content", None)  # what it held is known: it is not opened again
        again = shelf.refresh()
    assert counts(again) == (0, 0, 2, 0)
    assert again.failed == report.failed
    os.utime(shelf.folder / "blank.txt", (5, 5))
    assert counts(shelf.refresh()) == (0, 0, 2, 0)
    shelf.write("blank.txt", "Words at last.\n")
    mended = shelf.refresh()
    assert counts(mended) == (1, 0, 2, 0)
    assert mended.failed == [FailedFile("office.md", reason)]
    shelf.write("notes/bread.txt", " ")
    spoilt = shelf.refresh()
    assert counts(spoilt) == (0, 0, 2, 0)
    assert [failed.path for failed in spoilt.failed] == ["notes/bread.txt", "office.md"]
    assert shelf.store.text("notes/bread.txt") is None


def test_a_file_that_cannot_be_read_is_tried_again(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise LoadError("cannot be read: it is locked")

    with monkeypatch.context() as patched:
        patched.setattr(refresh, "read_content", refuse)
        with pytest.raises(EmptyFolderError) as error:
            shelf.refresh()
    assert str(error.value) == (
        f"No file in {shelf.folder} can be indexed: notes/bread.txt cannot be read: it is locked."
    )
    assert counts(shelf.refresh()) == (3, 0, 0, 0)


def test_a_file_that_can_no_longer_be_read_is_a_change(shelf: Shelf) -> None:
    shelf.refresh()
    shelf.write("notes/bread.txt", " ")
    spoilt = shelf.refresh()
    assert (counts(spoilt), spoilt.lost, spoilt.has_changes) == ((0, 0, 2, 0), 1, True)
    again = shelf.refresh()
    assert (again.lost, again.has_changes) == (0, False)
    shelf.write("notes/bread.txt", "Rye bread keeps for a week.")
    assert counts(shelf.refresh()) == (1, 0, 2, 0)


def test_an_empty_folder_says_what_to_do(shelf: Shelf, tmp_path: Path) -> None:
    shelf.folder = tmp_path / "empty"
    shelf.folder.mkdir()
    with pytest.raises(EmptyFolderError) as error:
        shelf.refresh()
    assert str(error.value) == (
        f"The folder {shelf.folder} holds no documents; "
        "put text, PDF or office files into it, or name another."
    )


def test_a_file_that_vanishes_under_the_reader_is_forgotten(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.refresh()
    shelf.write("office.md", "Changed, and gone.\n")
    shelf.write("never.txt", "Gone before it was read.\n")
    (shelf.folder / "notes/bread.txt").unlink()
    read = refresh.read_content

    def vanish(file: Any, limits: Limits) -> Any:
        if file.path in ("office.md", "never.txt"):
            raise VanishedError("disappeared")
        return read(file, limits)

    monkeypatch.setattr(refresh, "read_content", vanish)
    report = shelf.refresh()
    assert (counts(report), report.failed) == ((0, 0, 1, 2), [])
    assert shelf.store.known_files().keys() == {"notes/cheese.txt"}


def test_a_folder_that_cannot_be_listed_keeps_what_is_known_of_it(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.write("notes/blank.txt", " ")
    shelf.refresh()
    known, scan = shelf.store.known_files(), os.scandir

    def refuse(place: Any) -> Any:
        if Path(place).name == "notes":
            raise PermissionError(13, "Permission denied")
        return scan(place)

    monkeypatch.setattr(os, "scandir", refuse)
    report = shelf.refresh()
    assert counts(report) == (0, 0, 3, 0)
    assert [failed.path for failed in report.failed] == ["notes/", "notes/blank.txt"]
    assert shelf.store.known_files() == known


def test_every_refresh_is_another_generation(shelf: Shelf) -> None:
    shelf.refresh()
    first = shelf.store.get("generation")
    shelf.refresh()
    assert shelf.store.get("generation") not in ("", first)


def test_progress_counts_files_and_then_chunks(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "STEP_CHUNKS", 1)
    chunks = shelf.refresh(seconds=1000.0).chunks
    reads = [one for one in shelf.seen if not one.is_embedding]
    embeds = [one for one in shelf.seen if one.is_embedding]
    assert [(one.files_done, one.files_total, one.path) for one in reads] == [
        (1, 3, "notes/bread.txt"),
        (2, 3, "notes/cheese.txt"),
        (3, 3, "office.md"),
    ]
    assert [one.chunks_total for one in reads][-1] == chunks
    assert [one.chunks_done for one in embeds] == [*range(1, chunks + 1), chunks]
    assert {one.chunks_total for one in embeds} == {chunks}
    assert {one.embedding_limit for one in embeds} == {1000.0}
    shelf.write("new.txt", "Llamas hum.\n")
    shelf.refresh()
    assert [(one.files_done, one.files_total) for one in shelf.seen] == [(1, 1)] * 3
    assert [one.chunks_total for one in shelf.seen] == [1] * 3


def test_the_end_is_told_however_soon_it_comes(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "_SECONDS_BETWEEN", math.inf)
    chunks = shelf.refresh().chunks
    assert [(one.files_done, one.chunks_done) for one in shelf.seen] == [(3, chunks)]


@pytest.mark.parametrize(("together", "stored"), [(1, 2), (2, 2), (3, 0)])
def test_documents_are_stored_batch_by_batch(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, together: int, stored: int
) -> None:
    kept = {"notes/bread.txt", "notes/cheese.txt"} if stored else set()

    def pull_the_plug(progress: Progress) -> None:
        if progress.files_done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(refresh, "_BATCH_CHUNKS", together)
    with pytest.raises(KeyboardInterrupt):
        shelf.refresh(listener=pull_the_plug)
    assert shelf.store.known_files().keys() == kept
    assert counts(shelf.refresh()) == (3 - len(kept), 0, len(kept), 0)
    shelf.check_collection()


def test_time_ends_the_embedding_and_the_next_refresh_goes_on(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = count()
    monkeypatch.setattr(backlog, "STEP_CHUNKS", 1)
    monkeypatch.setattr(backlog, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    report = shelf.refresh(seconds=3.0)
    assert len(shelf.embedder.embedded) == 2  # at the third second the time is over
    assert report.waiting == report.chunks - 2
    assert len(shelf.collection.rows) == 2
    again = shelf.refresh()
    assert len(shelf.embedder.embedded) == report.chunks - 2
    assert again.waiting == 0
    shelf.check_collection()


def test_equal_texts_are_embedded_once_and_all_delivered(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "STEP_CHUNKS", 2)
    for number in range(5):
        shelf.write(f"copy{number}.txt", "The same few words.\n")
    shelf.refresh()
    assert shelf.embedder.embedded.count("The same few words.") == 1
    shelf.check_collection()


def test_the_collection_is_told_in_few_large_steps(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "STEP_CHUNKS", 1)
    shelf.write("office.md", "Page by page. " * 50)
    chunks = shelf.refresh().chunks
    assert shelf.collection.upserts == 1
    shelf.write("office.md", "Line by line. " * 50)
    monkeypatch.setattr(backlog, "_DELIVERY_CHUNKS", 3)
    new = shelf.refresh().chunks - 2
    assert chunks > new > 4
    assert shelf.collection.upserts == -(-new // 3)
    shelf.check_collection()
    shelf.write("office.md", "Word by word. " * 50)
    monkeypatch.setattr(outbox, "_BATCH", 2)
    monkeypatch.setattr(backlog, "_DELIVERY_CHUNKS", 1000)
    new = shelf.refresh().chunks - 2
    assert shelf.collection.upserts == -(-new // 2)
    shelf.check_collection()


def test_few_deleted_chunks_wait_for_the_next_delivery(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.refresh()
    held = len(shelf.collection.rows)
    (shelf.folder / "notes/bread.txt").unlink()
    monkeypatch.setattr(outbox, "_LAZY_DELETIONS", 1)
    shelf.refresh()
    assert (len(shelf.collection.rows), count_gone(shelf.store)) == (held, 1)
    (shelf.folder / "notes/cheese.txt").unlink()
    shelf.refresh()
    assert (shelf.collection.upserts, shelf.collection.deletions) == (0, 1)
    assert count_gone(shelf.store) == 0
    shelf.check_collection()


def test_what_the_collection_did_not_take_is_told_again(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(shelf.collection, "upsert", refuse)
        with pytest.raises(sqlite3.OperationalError):
            shelf.refresh()
    report = shelf.refresh()
    assert counts(report) == (0, 0, 3, 0)
    assert shelf.embedder.embedded == []  # the vectors were kept
    shelf.check_collection()
