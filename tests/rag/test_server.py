"""The same index with its vectors on a Chroma server, and a folder that is watched."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from rag import FolderIndex
from rag.errors import VectorStoreError
from tests.rag.chroma_server import chroma_server

MakeIndex = Callable[..., FolderIndex]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with chroma_server(tmp_path / "server") as running:
        yield running


def test_vectors_on_a_server(
    folder: Path, make_index: MakeIndex, server: tuple[str, subprocess.Popen[bytes]]
) -> None:
    url, process = server
    index = make_index(folder, chroma_url=url)
    index.refresh()
    (folder / "notes/cheese.txt").unlink()
    assert index.refresh().removed == 1
    best = index.search("When is the office closed?")[0]
    assert best.path == "office.md"
    assert "dense" in best.scores
    assert not (index.data_dir / "chroma").exists()
    process.kill()
    process.wait()
    with pytest.raises(VectorStoreError, match="check the Chroma server"):
        index.search("When is the office closed?")


def test_moving_from_a_folder_to_a_server(
    index: FolderIndex, folder: Path, make_index: MakeIndex, server: tuple[str, subprocess.Popen[bytes]]
) -> None:
    index.close()
    moved = make_index(folder, chroma_url=server[0])
    assert moved.refresh().unchanged == 3
    assert "dense" in moved.search("office closed")[0].scores


def test_no_server(folder: Path, make_index: MakeIndex) -> None:
    with pytest.raises(VectorStoreError, match="chroma run"):
        make_index(folder, chroma_url="http://127.0.0.1:9").refresh()


def test_watch_follows_changes(folder: Path, make_index: MakeIndex) -> None:
    stop = threading.Event()
    reports: Queue[tuple[int, int]] = Queue()
    index = make_index(folder)

    def follow() -> None:
        for report in index.watch(stop):
            reports.put((report.added, report.removed))

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        assert reports.get(timeout=60) == (3, 0)
        (whole := folder.parent / "late.txt").write_text("A late arrival.")
        whole.rename(folder / "late.txt")  # at once: a file that is half written is news of its own
        assert reports.get(timeout=60) == (1, 0)
        (folder / "late.txt").unlink()
        assert reports.get(timeout=60) == (0, 1)
        (whole := folder.parent / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
        whole.rename(folder / "broken.pdf")
        assert reports.get(timeout=60) == (0, 0), "a file that cannot be read is news, too"
        removed = 0
        for file in sorted(folder.iterdir()):
            file.rename(folder.parent / f"gone-{file.name}")
        while removed < 3:  # that the folder is empty then is no reason to keep silent
            removed += reports.get(timeout=60)[1]
    finally:
        stop.set()
        thread.join()
