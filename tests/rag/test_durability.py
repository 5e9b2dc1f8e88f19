"""A refresh that is killed, and two processes that want the same index."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from rag import FolderIndex
from rag.errors import IndexBusyError, IndexDamagedError
from rag.storage.store import Store
from rag.storage.vector_store import VectorStore
from tests.rag.fakes import FakeEmbedder

FILES = 24
KILLS = 6


def refresh_until(folder: Path, data: Path, step: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.rag.killed_refresh", str(folder), str(data), str(step)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def check_complete(folder: Path, data: Path) -> None:
    with FolderIndex(folder, data, embedder=FakeEmbedder()) as index:
        report = index.refresh()
        assert report.failed == []
        names = sorted(path.name for path in folder.iterdir())
        assert [file.path for file in index.files()] == names
        for name in names:
            hits = index.search((folder / name).read_text(), k=3)
            assert hits[0].path == name
            assert "dense" in hits[0].scores
    store = Store(data / "index.sqlite3")
    vectors = VectorStore(data / "chroma", f"homespun-{store.get('id')}")
    (waiting,) = store.rows("SELECT count(*) FROM outbox")[0]
    assert store.count_chunks() == report.chunks
    assert report.chunks <= vectors.count() <= report.chunks + waiting
    assert store.rows("SELECT chunk FROM outbox JOIN chunks ON id = chunk") == [], "an undelivered chunk"
    assert store.rows("SELECT path FROM documents GROUP BY path HAVING count(*) > 1") == []
    store.rows("INSERT INTO words (words) VALUES ('integrity-check')")
    store.close()
    vectors.close()


def write(folder: Path, edition: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(FILES):
        text = f"Part {number} edition {edition * (number % 3)} speaks of {chr(97 + number) * 5}.\n\n" * 4
        (folder / f"{number:02}.txt").write_text(text)


def test_killed_anywhere_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    folder, data = tmp_path / "documents", tmp_path / "data"
    write(folder, 0)
    fresh = int(refresh_until(folder, tmp_path / "counted", 0).stdout)
    generator = random.Random(7)
    for _ in range(KILLS // 2):
        killed = refresh_until(folder, data, generator.randrange(1, fresh))
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        check_complete(folder, data)
        shutil.rmtree(data)


def test_killed_while_following_changes(tmp_path: Path) -> None:
    folder, data = tmp_path / "documents", tmp_path / "data"
    write(folder, 0)
    refresh_until(folder, data, 0)
    generator = random.Random(8)
    for edition in range(1, KILLS // 2 + 1):
        write(folder, edition)
        (folder / f"{edition:02}.txt").unlink()
        refresh_until(folder, data, generator.randrange(5, 150))
        check_complete(folder, data)


def test_killed_while_its_settings_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, data = tmp_path / "folder", tmp_path / "index"
    write(folder, 1)
    with FolderIndex(folder, data, embedder=FakeEmbedder()) as index:
        index.refresh()

    def kill(_: VectorStore) -> None:
        raise KeyboardInterrupt

    other = FakeEmbedder("other", dimensions=16)
    with monkeypatch.context() as patch, FolderIndex(folder, data, embedder=other) as index:
        patch.setattr(VectorStore, "clear", kill)
        with pytest.raises(KeyboardInterrupt):
            index.refresh()
    with FolderIndex(folder, data, embedder=other) as index:
        report = index.refresh()
        assert report.failed == []
        assert "dense" in index.search((folder / "00.txt").read_text(), k=1)[0].scores


def test_two_processes_that_index_at_once_take_turns(tmp_path: Path) -> None:
    folder, data = tmp_path / "documents", tmp_path / "data"
    write(folder, 0)
    script = (
        "import sys; from pathlib import Path; from rag import FolderIndex\n"
        "from tests.rag.fakes import FakeEmbedder\n"
        "folder, data = map(Path, sys.argv[1:])\n"
        "index = FolderIndex(folder, data, embedder=FakeEmbedder(), lock_seconds=120)\n"
        "report = index.refresh(); print(report.added, report.unchanged, len(report.failed))"
    )
    command = [sys.executable, "-c", script, str(folder), str(data)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(process.communicate()[0].split() for process in both)
    assert said == [["0", str(FILES), "0"], [str(FILES), "0", "0"]]
    check_complete(folder, data)


def test_second_writer_hears_who_is_writing(index: FolderIndex, folder: Path) -> None:
    (index.data_dir / "writer.json").write_text('{"pid": 4711, "since": 0}')
    with FileLock(index.data_dir / "writer.lock"), pytest.raises(IndexBusyError, match="Process 4711"):
        FolderIndex(folder, index.data_dir, embedder=FakeEmbedder(), lock_seconds=0.05).refresh()


def test_readers_are_not_kept_out_by_a_writer(index: FolderIndex) -> None:
    with FileLock(index.data_dir / "writer.lock"):
        assert index.search("office closed")[0].path == "office.md"


def test_searching_while_another_thread_refreshes(index: FolderIndex, folder: Path) -> None:
    answers: list[str] = []

    def ask() -> None:
        answers.extend(index.search("office closed")[0].path for _ in range(60))

    asking = threading.Thread(target=ask)
    asking.start()
    for number in range(15):
        (folder / f"more{number}.txt").write_text(f"Entry {number} of the log.")
        index.refresh()
    asking.join()
    assert answers == ["office.md"] * 60


def test_a_search_in_the_middle_of_a_write_lets_it_go_on(
    index: FolderIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    write = VectorStore.upsert

    def write_while_somebody_asks(self: VectorStore, *written: Any) -> None:
        index._generation = "as a search left it that began before the last refresh ended"
        asking = threading.Thread(target=lambda: found.append(index.search("office closed")[0].path))
        asking.start()
        asking.join()
        write(self, *written)

    monkeypatch.setattr(VectorStore, "upsert", write_while_somebody_asks)
    (folder / "more.txt").write_text("Another entry of the log.")
    assert index.refresh().added == 1
    assert found == ["office.md"]
    assert "dense" in index.search("entry of the log")[0].scores


def test_damaged_index_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "index.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(IndexDamagedError, match="delete that folder"):
        FolderIndex(folder, data, embedder=FakeEmbedder()).refresh()


@pytest.mark.parametrize("is_searched", [False, True])
def test_lost_vectors_are_delivered_again(tmp_path: Path, is_searched: bool) -> None:
    folder, data = tmp_path / "documents", tmp_path / "data"
    write(folder, 0)
    with FolderIndex(folder, data, embedder=FakeEmbedder()) as index:
        index.refresh()
    shutil.rmtree(data / "chroma")
    if is_searched:  # which makes an empty collection
        with FolderIndex(folder, data, embedder=FakeEmbedder()) as index:
            assert index.search("Part 7")
    check_complete(folder, data)
