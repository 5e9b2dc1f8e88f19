"""Clocks that jump, as after an empty battery or a correction: nothing that was made is lost or mixed up."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.conversations.answer import Answer
from agent.conversations.threads import ThreadStore
from agent.parts.memory import Memory
from agent.rendering.ages import age
from llm.training.config import TrainingConfig
from llm.training.metrics import read_metrics
from llm.training.trainer import Trainer
from rag import FolderIndex
from tests.rag.fakes import FakeEmbedder

YEAR = 365 * 86_400.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return what sets the clock to so many seconds from now."""
    real, real_ns = time.time, time.time_ns

    def jump(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + seconds)
        monkeypatch.setattr(time, "time_ns", lambda: real_ns() + int(seconds * 1e9))

    return jump


def test_the_latest_conversation_stays_the_latest(tmp_path: Path, clock: Callable[[float], None]) -> None:
    """A conversation that begins after the clock was put back is kept, and is listed first."""
    store = ThreadStore(tmp_path / "threads.sqlite", keep=3)
    old = [store.create(f"old {number}", []) for number in range(3)]
    clock(-YEAR)
    new = store.create("new", [])
    store.answer(new, store.ask(new, "new"), Answer("yes"))
    assert [thread.id for thread in store.threads()] == [new, old[2], old[1]]
    store.ask(old[1], "again")
    assert store.threads()[0].id == old[1]
    assert all(age(thread.updated) for thread in store.threads())


@pytest.mark.parametrize("seconds", [-YEAR, YEAR])
def test_an_index_sees_every_change(tmp_path: Path, clock: Callable[[float], None], seconds: float) -> None:
    """Files that change while the clock jumps are read again, and open readers notice it."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for edition in ("first", "other"):
        (folder / "a.txt").write_text(f"The {edition} edition.")
        os.utime(folder / "a.txt", (time.time(), time.time()))
        with (
            FolderIndex(folder, tmp_path / "data", embedder=FakeEmbedder()) as index,
            FolderIndex(folder, tmp_path / "data", embedder=FakeEmbedder()) as reader,
        ):
            index.refresh()
            reader.search("edition")
            (folder / "a.txt").write_text(f"The {edition} change.")
            clock(seconds)
            index.refresh()
            assert reader.search(f"{edition} change")[0].text == f"The {edition} change."


def test_memories_survive(tmp_path: Path, clock: Callable[[float], None]) -> None:
    """What is remembered before and after a jump is all remembered."""
    memory = Memory(tmp_path / "memory.sqlite")
    memory.remember("before")
    clock(-YEAR)
    memory.remember("after")
    assert {item.text for item in memory.all()} == {"before", "after"}


def test_training_takes_as_long_as_it_takes(
    tmp_path: Path, make_run: Callable[[Path], TrainingConfig], clock: Callable[[float], None]
) -> None:
    """The budget of a stage and its metrics go by a clock that nobody can put back."""
    jumps = iter([-YEAR, YEAR] * 100)
    Trainer(make_run(tmp_path / "run"), on_report=lambda _: clock(next(jumps))).train()
    seconds = [row["total_seconds"] for row in read_metrics(tmp_path / "run") if "total_seconds" in row]
    assert seconds == sorted(seconds)
    assert 0 <= seconds[-1] < YEAR / 2
