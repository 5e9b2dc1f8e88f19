"""The common road: index a folder, ask, change it, index again."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watchfiles import Change

from rag import FolderIndex
from rag.errors import EmptyFolderError, FolderError, NotIndexedError, RagError
from rag.progress import Progress
from rag.storage.store import Store
from tests.rag.fakes import FakeEmbedder

MakeIndex = Callable[..., FolderIndex]


def test_import_is_cheap() -> None:
    script = (
        "import sys; from rag import FolderIndex; print({'torch', 'chromadb', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_finds_the_passage_and_its_place(index: FolderIndex) -> None:
    best = index.search("When is the office closed?")[0]
    assert best.path == "office.md"
    assert best.heading == "Office > Hours"
    assert (best.start_line, best.end_line) == (1, 5)
    assert "closed on Fridays" in best.text
    assert index.text(best.path)[best.start : best.end] == best.text
    assert set(best.scores) == {"dense", "bm25"}
    assert 0 < best.score <= 1


def test_second_refresh_leaves_everything_unchanged(index: FolderIndex, embedder: FakeEmbedder) -> None:
    before = len(embedder.embedded)
    report = index.refresh()
    assert (report.added, report.changed, report.unchanged, report.removed) == (0, 0, 3, 0)
    assert len(embedder.embedded) == before


def test_report_has_its_fields_in_order(index: FolderIndex) -> None:
    report = index.refresh().to_json()
    assert list(report) == ["added", "changed", "unchanged", "removed", "failed", "chunks", "seconds"]
    json.dumps(report)


def test_changes_are_followed(index: FolderIndex, folder: Path, embedder: FakeEmbedder) -> None:
    (folder / "notes/cheese.txt").unlink()
    (folder / "office.md").write_text("# Office\n\nThe office moved to Utrecht.\n")
    (folder / "new.txt").write_text("Llamas hum.\n")
    embedder.embedded.clear()
    report = index.refresh()
    assert (report.added, report.changed, report.unchanged, report.removed) == (1, 1, 1, 1)
    assert len(embedder.embedded) == 2
    assert [file.path for file in index.files()] == ["new.txt", "notes/bread.txt", "office.md"]
    assert all(hit.path != "notes/cheese.txt" for hit in index.search("Gouda ripens in a cellar"))
    assert "Utrecht" in index.search("Where is the office?")[0].text


def test_renamed_file_is_not_embedded_again(index: FolderIndex, folder: Path, embedder: FakeEmbedder) -> None:
    embedder.embedded.clear()
    (folder / "notes/cheese.txt").rename(folder / "dairy.txt")
    report = index.refresh()
    assert (report.added, report.removed) == (1, 1)
    assert embedder.embedded == []
    assert index.search("Gouda cellar")[0].path == "dairy.txt"


def test_search_within_paths(index: FolderIndex) -> None:
    assert {hit.path for hit in index.search("bread office", paths=["notes"])} == {
        "notes/bread.txt",
        "notes/cheese.txt",
    }
    assert {hit.path for hit in index.search("bread office", paths=["*.md"])} == {"office.md"}
    assert index.search("bread", paths=["nowhere"]) == []


@pytest.mark.parametrize(
    "question", ["", "  ", "???", "the of and", '"quoted" AND (x OR', "日本語", "a\0b", "x" * 5000]
)
def test_odd_questions_do_no_harm(index: FolderIndex, question: str) -> None:
    assert len(index.search(question, k=2)) <= 2


def test_nothing_is_written_into_the_folder(index: FolderIndex, folder: Path) -> None:
    names = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert names == [
        "bread.txt",
        "cheese.txt",
        "office.md",
    ]


def test_another_embedding_model_rebuilds(index: FolderIndex, folder: Path, make_index: MakeIndex) -> None:
    index.close()
    wider = FakeEmbedder("wider", dimensions=32)
    again = make_index(folder, embedder=wider)
    report = again.refresh()
    assert report.added == 3
    assert again.search("Gouda cellar")[0].path == "notes/cheese.txt"


def test_smaller_chunks_rebuild_without_losing_text(folder: Path, make_index: MakeIndex) -> None:
    (folder / "long.txt").write_text("One sentence stands here. " * 40)
    first = make_index(folder)
    few = first.refresh().chunks
    first.close()
    assert make_index(folder, max_tokens=20).refresh().chunks > few


def test_reader_notices_another_writer(index: FolderIndex, folder: Path) -> None:
    index.search("office")
    (folder / "zebra.txt").write_text("Zebras have stripes.\n")
    script = (
        "import sys; from pathlib import Path; from rag import FolderIndex\n"
        "from tests.rag.fakes import FakeEmbedder\n"
        "FolderIndex(Path(sys.argv[1]), Path(sys.argv[2]), embedder=FakeEmbedder()).refresh()"
    )
    subprocess.run([sys.executable, "-c", script, str(folder), str(index.data_dir)], check=True)
    best = index.search("Zebras stripes")[0]
    assert best.path == "zebra.txt"
    assert "dense" in best.scores


def test_progress_reaches_the_end(folder: Path, make_index: MakeIndex) -> None:
    seen: list[Progress] = []
    make_index(folder).refresh(seen.append)
    assert seen[-1].files_done == seen[-1].files_total == 3
    assert seen[-1].chunks_done >= 3


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="does not exist"):
        FolderIndex(tmp_path / "nowhere", tmp_path / "data")


def test_file_instead_of_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(FolderError, match="not a folder"):
        FolderIndex(tmp_path / "a.txt", tmp_path / "data")


def test_empty_folder(tmp_path: Path, make_index: MakeIndex) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmptyFolderError, match="holds no documents"):
        make_index(tmp_path / "empty").refresh()


def test_folder_of_unreadable_files_names_a_reason(tmp_path: Path, make_index: MakeIndex) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.pdf").write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(EmptyFolderError, match=r"a\.pdf is damaged"):
        make_index(tmp_path / "bad").refresh()


def test_question_before_indexing(folder: Path, make_index: MakeIndex) -> None:
    with pytest.raises(NotIndexedError, match="index it first"):
        make_index(folder).search("anything")


def test_text_of_an_unknown_path(index: FolderIndex) -> None:
    with pytest.raises(RagError, match="not in the index"):
        index.text("nowhere.txt")


def test_a_file_that_leaves_the_index_during_a_search_does_not_end_it(
    folder: Path, make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index(folder, max_tokens=8)
    index.refresh()
    monkeypatch.setattr(Store, "text", lambda *_: None)
    assert index.search("sourdough rye bread")


def test_a_search_that_merges_nothing_unpacks_nothing(
    folder: Path, make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index(folder, max_tokens=8)
    index.refresh()
    monkeypatch.setattr(Store, "text", None)
    assert len(index.search("sourdough rye bread", k=2, merge_tokens=0)) == 2


def test_copies_of_a_file_answer_once(folder: Path, make_index: MakeIndex) -> None:
    (folder / "copy.md").write_text((folder / "office.md").read_text())
    index = make_index(folder)
    index.refresh()
    hits = index.search("When is the office closed on Fridays?")
    assert sum("closed on Fridays" in hit.text for hit in hits) == 1


def test_an_index_inside_its_folder_reads_and_follows_itself_not(
    folder: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "data-sheets").mkdir()
    (folder / "data-sheets" / "tide.txt").write_text("High tide is at noon.")
    filters: list[Any] = []

    def changes(*_: object, watch_filter: Any, **__: object) -> Iterator[set[Any]]:
        filters.append(watch_filter)
        yield from ()

    monkeypatch.setattr("watchfiles.watch", changes)
    with FolderIndex(folder, folder / "data", embedder=embedder) as index:
        index.refresh()
        (folder / "data" / "notes.txt").write_text("Left by somebody.")
        assert index.refresh().added == 0
        assert {file.path.split("/")[0] for file in index.files()} == {"notes", "office.md", "data-sheets"}
        assert list(index.watch(threading.Event()))
    [keeps] = filters
    assert not keeps(Change.modified, str(folder / "data" / "writer.json"))
    assert keeps(Change.modified, str(folder / "data-sheets" / "tide.txt"))


def test_an_index_that_is_closed_during_a_search_answers_first(
    folder: Path, make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index(folder, max_tokens=8)
    index.refresh()
    index.search("bread")
    closing = threading.Thread(target=index.close, daemon=True)
    whole = Store.text

    def text(store: Store, path: str) -> str | None:
        if not closing.ident:
            closing.start()
            closing.join(0.05)  # time enough, were nothing to hold it up
        return whole(store, path)

    monkeypatch.setattr(Store, "text", text)
    assert index.search("sourdough rye bread")
    closing.join()
    assert index.search("sourdough rye bread")  # opened anew
