"""The server reads what changes in its folders while it answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.assembly import Assembly
from agent.configuration.paths import locate
from agent.configuration.settings import Settings
from agent.serve import following as module
from agent.serve.following import following
from rag import FolderIndex
from rag.errors import RagError
from rag.report import IndexReport
from tests.agent.conftest import FixedEmbedder
from tests.agent.fakes import MemoryIndex, RuleModel
from tests.agent.test_serve import client, serving

Assemble = Callable[..., Assembly]
REWRITE = [
    {"role": "system", "content": "Rewrite.", "name": "rewrite"},
    {"role": "user", "content": "User: Is it tall?"},
]
QUESTION = "What does the windmill grind?"


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def follow_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("follow ")]


def build(folders: list[Path], open_index: Callable[[Path], Any]) -> Assembly:
    return Assembly(
        Settings(docs=folders),
        locate(),
        open_model=lambda _: RuleModel(),
        open_index=open_index,
        open_embedder=lambda _: FixedEmbedder(),
    )


def test_what_is_written_while_the_server_runs_is_answered_from(folder: Path, tmp_path: Path) -> None:
    second = tmp_path / "mainland"
    second.mkdir()
    (second / "mills.md").write_text("# Harbour\n\nIt sleeps.\n")

    def open_index(place: Path) -> FolderIndex:
        return FolderIndex(place, tmp_path / f"index of {place.name}", embedder=FixedEmbedder())

    with serving(build([folder, second], open_index)) as address:

        def ask() -> dict[str, Any]:
            answer: dict[str, Any] = httpx.post(
                f"{address}/v1/documents/ask", json={"question": QUESTION}, timeout=60
            ).json()
            return answer

        assert ask()["answer"] is None
        for place in (folder, second):
            (place / "windmill.md").write_text("# Windmill\n\nThe windmill can grind 21 sacks.\n")
            wait_for(lambda: ask()["answer"] == "21")
            (place / "windmill.md").unlink()
            wait_for(lambda: ask()["answer"] is None)
    assert not follow_threads()


class FailingIndex(MemoryIndex):
    """Cannot be read a few times."""

    failures = 3

    def watch(self, stop: threading.Event, progress: Any = None) -> Iterator[IndexReport]:
        if self.failures:
            self.failures -= 1
            raise RagError("The disk is full: free some space.")
        return super().watch(stop, progress)


def test_what_keeps_a_folder_from_being_read_is_logged_once_and_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_RETRY_SECONDS", 0.01)
    index = FailingIndex({"a.md": "# A\n\nText.\n"})
    assembly = build([folder], lambda _: index)
    assembly.library.get()
    with following(assembly):
        wait_for(lambda: index.refreshed == 2)
    assert [record.getMessage() for record in caplog.records] == [
        f"Changes in {folder} are not read: The disk is full: free some space."
    ]


class BusyIndex(MemoryIndex):
    """Tells how far it is again and again."""

    told = 0

    def watch(self, stop: threading.Event, progress: Any = None) -> Iterator[IndexReport]:
        while True:
            progress(None)
            self.told += 1
            time.sleep(0.01)
        yield


def test_reading_gives_way_to_questions_and_ends_with_the_server(folder: Path) -> None:
    index = BusyIndex({"a.md": "# A\n\nText.\n"})
    assembly = build([folder], lambda _: index)
    with following(assembly):
        assert index.told == 0  # nothing was read for the first time yet
        assembly.library.get()
        wait_for(lambda: index.told)
        with assembly.answering():
            time.sleep(0.05)
            before = index.told
            time.sleep(0.2)
            assert index.told == before
        wait_for(lambda: index.told > before)
    assert not follow_threads()


def test_a_server_without_a_pause_reads_changes_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LONGEST_PAUSE", 0.05)
    index = BusyIndex({"a.md": "# A\n\nText.\n"})
    assembly = build([folder], lambda _: index)
    assembly.library.get()
    with assembly.answering(), following(assembly):
        wait_for(lambda: index.told > 2)


def test_questions_and_replies_are_answers_to_give_way_to(assemble: Assemble) -> None:
    idle: list[bool] = []

    class Noting(RuleModel):
        def _generate(self, *given: Any, **options: Any) -> Any:
            idle.append(assembly.idle.is_set())
            return super()._generate(*given, **options)

        def _stream(self, *given: Any, **options: Any) -> Any:
            idle.append(assembly.idle.is_set())
            return super()._stream(*given, **options)

    assembly = assemble(Noting())
    with serving(assembly) as address:
        for stream in (False, True):
            reply = client(address).chat.completions.create(model="homespun", messages=REWRITE, stream=stream)
            assert [*reply]
        asked = len(idle)
        body = {"question": "When was it built?", "history": [["How tall is the lighthouse?", "38"]]}
        httpx.post(f"{address}/v1/documents/ask", json=body, timeout=30).raise_for_status()
        assert asked >= 2
        assert len(idle) > asked
        assert not any(idle)
        wait_for(assembly.idle.is_set)
