"""`index`: progress, following a folder, a Chroma server; and what is embedded behind a person's back."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from agent import assembly as assembly_module
from agent import cli
from agent.assembly import Assembly
from agent.chat.loop import status_line
from agent.configuration.paths import locate
from agent.configuration.settings import Settings
from agent.conversations.events import Finished
from agent.conversations.session import Session
from agent.parts import models
from agent.rendering.progress_line import ProgressLine, describe
from rag import FolderIndex
from rag.errors import IndexBusyError
from rag.progress import Progress
from rag.report import FailedFile, IndexReport
from rag.storage.writer_lock import writer_lock
from tests.agent.fakes import MemoryIndex, RuleModel, open_memory_index
from tests.agent.terminal import Terminal
from tests.rag.chroma_server import chroma_server
from tests.rag.fakes import FakeEmbedder

BROKEN = FailedFile("broken.pdf", "is damaged")
READING = Progress(30, 60, 0, 900, seconds=2.0, path="a.md")
EMBEDDING = Progress(60, 60, 500, 2000, seconds=14.0, embedding_seconds=10.0)


def test_progress_in_words() -> None:
    assert describe(READING) == "Reading: 30 of 60 files, 15 a second, a.md"
    assert describe(EMBEDDING) == "Embedding: 500 of 2,000 passages, 50 a second, about 30 s left"
    slow = Progress(60, 60, 10, 2000, seconds=14.0, embedding_seconds=10.0)
    assert describe(slow).endswith("about 33 min left")
    assert describe(replace(slow, embedding_limit=20.0)).endswith("1 a second, pausing in 10 s")
    assert describe(replace(slow, embedding_limit=9.0)).endswith("1 a second, pausing in 0 s")
    assert describe(replace(EMBEDDING, embedding_limit=60.0)).endswith("about 30 s left")
    assert describe(Progress(0, 0, 0, 0, seconds=0.1, embedding_seconds=0.1)) == "Reading the documents"


def test_progress_is_quiet_when_nobody_watches() -> None:
    stream = io.StringIO()
    with ProgressLine(False, stream) as line:
        line.indexing(READING)
    assert stream.getvalue() == ""


def test_progress_stays_on_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    stream = io.StringIO()
    for text in ("\u597d" * 40, "x" * 40, ""):
        ProgressLine(True, stream).say(text)
    shown = stream.getvalue().split("\r\x1b[2K")
    assert [cell_len(line) for line in shown] == [0, 18, 19, 0]


def test_progress_has_the_width_of_the_terminal_when_output_is_piped() -> None:
    script = "from agent.rendering.progress_line import ProgressLine; ProgressLine(True).say('x' * 200)"
    with Terminal(
        ["-c", f"import os; os.dup2(os.open(os.devnull, os.O_WRONLY), 1); {script}"], columns=40
    ) as run:
        run.wait_for_end()
        assert run.text.split() == ["x" * 39]


@dataclass
class FollowedIndex(MemoryIndex):
    """Reports these changes; then the person presses Ctrl-C."""

    changes: list[IndexReport] = field(default_factory=list)

    def watch(self, stop: threading.Event, progress: Any = None) -> Iterator[IndexReport]:
        yield from self.changes
        raise KeyboardInterrupt


@pytest.fixture
def followed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = FollowedIndex(
        open_memory_index(folder).texts,
        failed=[BROKEN],
        changes=[
            IndexReport(unchanged=1, failed=[BROKEN]),
            IndexReport(added=1, unchanged=1, failed=[BROKEN], chunks=3),
            IndexReport(removed=1, failed=[BROKEN, FailedFile("new.pdf", "is encrypted")], chunks=1),
        ],
    )
    monkeypatch.setattr(Assembly, "_open_own_index", lambda self, folder: index)


@pytest.mark.usefixtures("followed")
def test_watch_tells_each_change_until_interrupted(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["index", str(folder), "--watch"]) == 0
    out, err = capfd.readouterr()
    first, broken, second, third, encrypted = out.splitlines()
    assert first.startswith("1 added")
    assert broken == "  broken.pdf: is damaged"
    assert second[2] == second[5] == ":"
    assert "1 added, 0 changed, 1 unchanged, 0 removed, 1 failed; 3 passages" in second
    assert "1 removed, 2 failed" in third
    assert encrypted == "  new.pdf: is encrypted"
    assert err == ""


@pytest.mark.usefixtures("followed")
def test_watch_as_json_is_one_object_a_line(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["index", str(folder), "--watch", "--json"]) == 0
    reports = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [report["added"] for report in reports] == [1, 1, 0]


def test_chroma_url_keeps_the_vectors_on_a_server(
    folder: Path,
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    import chromadb

    monkeypatch.setattr(models, "open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr(models, "open_model", lambda _: RuleModel())
    with chroma_server(tmp_path / "server") as (url, _):
        assert cli.run(["index", str(folder), "--chroma-url", url, "--json"]) == 0
        report = json.loads(capfd.readouterr().out)
        host, port = url.removeprefix("http://").split(":")
        [collection] = chromadb.HttpClient(host, int(port)).list_collections()
        assert collection.count() == report["chunks"] > 0
        question = "How tall is the lighthouse?"
        assert cli.run(["ask", question, "--docs", str(folder), "--chroma-url", url, "--json"]) == 0
        [citation] = json.loads(capfd.readouterr().out)["citations"]
        assert citation["quote"] == "It is 38 metres tall."
    assert not list(home.rglob("chroma"))
    assert cli.run(["index", str(folder), "--chroma-url", "http://127.0.0.1:9"]) == 2
    assert "chroma run" in capfd.readouterr().err


def test_set_is_heard_where_the_flag_is_missing() -> None:
    from agent.context import open_context

    settings = open_context(assignments=["model=a", "chroma_url=b"], chroma_url="c").settings
    assert (settings.model, settings.chroma_url) == ("a", "c")


@dataclass
class SlowIndex(MemoryIndex):
    """Embeds a quarter in each refresh."""

    tell: list[Progress] = field(default_factory=list)

    def refresh(self, progress: Any = None) -> IndexReport:
        report = super().refresh()
        report.waiting = max(0, 4 - self.refreshed)
        if progress:
            progress(EMBEDDING)
            self.tell.append(EMBEDDING)
        return report


@pytest.fixture
def slow(assemble: Callable[..., Assembly], monkeypatch: pytest.MonkeyPatch) -> tuple[Assembly, SlowIndex]:
    monkeypatch.setattr(assembly_module, "_PAUSE_SECONDS", 0.0)
    assembly = assemble()
    index = SlowIndex({"a.md": "# A\n\nThe ferry leaves at 7."})
    assembly._open_index = lambda _: index
    return assembly, index


def test_the_rest_is_embedded_behind_the_persons_back(slow: tuple[Assembly, SlowIndex]) -> None:
    assembly, index = slow
    assembly.preload().join()
    assert index.refreshed == 4
    assert [report.waiting for report in assembly.reports] == [0]


def test_two_preloads_embed_once(slow: tuple[Assembly, SlowIndex]) -> None:
    assembly, index = slow
    for preloading in [assembly.preload() for _ in range(2)]:
        preloading.join()
    assert index.refreshed == 4


def test_what_the_old_folders_still_wait_for_is_not_said_of_the_new(
    slow: tuple[Assembly, SlowIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    assembly, index = slow
    library = assembly.library.get()

    def change_meanwhile(_: Any = None) -> list[IndexReport]:
        assembly.library.forget()
        assembly.reports = []
        return [index.refresh()]

    monkeypatch.setattr(library, "refresh", change_meanwhile)
    assembly._catch_up(library)
    assert assembly.reports == []


@pytest.fixture
def busy(folder: Path, tmp_path: Path) -> tuple[Assembly, Path]:
    """An assembly over an index of its own, and where that lies."""
    place = tmp_path / "index"

    def open_index(documents: Path) -> FolderIndex:
        return FolderIndex(documents, place, embedder=FakeEmbedder(), lock_seconds=0.01)

    assembly = Assembly(
        Settings(docs=[folder]),
        locate(),
        open_model=lambda _: RuleModel(),
        open_index=open_index,
        open_embedder=lambda _: FakeEmbedder(),
    )
    return assembly, place


def test_a_folder_that_another_program_indexes_is_asked_as_it_was(busy: tuple[Assembly, Path]) -> None:
    assembly, place = busy
    assembly.library.get().close()
    assembly.library.forget()
    session = Session(assembly)
    with writer_lock(place, 1):
        *_, finished = session.ask("How tall is the lighthouse?")
    assert isinstance(finished, Finished)
    assert finished.answer.text == "38"
    assert session.warning is not None
    assert "indexed last. Process" in session.warning
    session.warning = None
    assert list(session.ask("When was it built?"))
    assert session.warning is None


def test_a_folder_that_another_program_indexes_is_not_said_to_be_read(busy: tuple[Assembly, Path]) -> None:
    assembly, place = busy
    place.mkdir()
    with writer_lock(place, 1), pytest.raises(IndexBusyError):  # there is nothing to ask yet
        assembly.library.get()
    assembly.library.get().close()
    assembly.library.forget()
    with writer_lock(place, 1), pytest.raises(IndexBusyError):
        assembly.refresh()


def test_embedding_waits_for_the_last_of_several_answers(assemble: Callable[..., Assembly]) -> None:
    assembly = assemble()
    stopped = Session(assembly).ask("How tall is the lighthouse?")
    current = Session(assembly).ask("When was it built?")
    next(stopped)
    next(current)
    assert list(stopped)  # it was stopped, and ends late
    assert not assembly.idle.is_set()
    assert list(current)
    assert assembly.idle.is_set()


def test_embedding_gives_way_to_an_answer(slow: tuple[Assembly, SlowIndex]) -> None:
    assembly, index = slow
    assert status_line(assembly) == " loading the language model ..."
    assembly.idle.clear()
    preloading = assembly.preload()
    assembly.answerer.get()
    preloading.join(0.2)
    assert index.refreshed == 1
    assert status_line(assembly) == " still embedding 3 passages ..."
    assembly.idle.set()
    preloading.join()
    assert index.refreshed == 4
    assert status_line(assembly) == ""
