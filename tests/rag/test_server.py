"""The same index with its vectors on a Chroma server, and a folder that is watched."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from rag import FolderIndex
from rag.errors import VectorStoreError

MakeIndex = Callable[..., FolderIndex]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chroma = Path(sys.executable).parent / "chroma"
    command = [
        str(chroma),
        "run",
        "--path",
        str(tmp_path / "server"),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}", process
    process.kill()
    process.wait()


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
        (folder / "late.txt").write_text("A late arrival.")
        assert reports.get(timeout=60) == (1, 0)
        (folder / "late.txt").unlink()
        assert reports.get(timeout=60) == (0, 1)
    finally:
        stop.set()
        thread.join()
