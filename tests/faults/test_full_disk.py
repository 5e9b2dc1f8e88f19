"""The disk is full: what was saved stays whole, one sentence says so, and with room again all goes on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from agent.assembly import Assembly
from agent.conversations.answer import Answer
from agent.conversations.events import Finished
from agent.conversations.session import Session
from agent.conversations.threads import ThreadStore
from agent.errors import StorageError
from agent.parts.memory import Memory
from llm.errors import WeightsError
from llm.model.gpt import GPT
from llm.training.config import TrainingConfig
from llm.training.trainer import Trainer, TrainingStoppedError
from rag import FolderIndex
from rag.errors import RagError
from tests.faults.conftest import SmallDisk, times
from tests.llm.conftest import write_tiny_model
from tests.rag.fakes import FakeEmbedder
from tests.rag.test_durability import check_complete, write

SPARE = [0, 40_000, 120_000, 250_000][: times(2, 4)]
"""Bytes that are left when the work begins: it breaks off early or late."""
NO_SPACE = re.compile("full|free some space")


@pytest.mark.parametrize("spare", SPARE)
def test_an_index_is_refused_and_goes_on(disk: SmallDisk, tmp_path: Path, spare: int) -> None:
    """Indexing on a full disk says so in one sentence; with room again it ends as if nothing had been."""
    documents, data = tmp_path / "documents", disk.folder / "data"
    write(documents, 0)
    disk.fill(spare)
    with pytest.raises(RagError, match=NO_SPACE) as raised:
        FolderIndex(documents, data, embedder=FakeEmbedder()).refresh()
    assert "delete" not in str(raised.value), "nothing is damaged"
    disk.free()
    check_complete(documents, data)


@pytest.mark.parametrize("spare", SPARE)
def test_an_index_that_grows_still_answers(disk: SmallDisk, tmp_path: Path, spare: int) -> None:
    """Without room for what changed, an index answers from before or says why not, and lives on."""
    documents, data = tmp_path / "documents", disk.folder / "data"
    write(documents, 0)
    with FolderIndex(documents, data, embedder=FakeEmbedder()) as index:
        index.refresh()
        index.search("aaaaa")
        for number in range(200):
            (documents / f"more{number}.txt").write_text(f"Item {number} weighs {number} stones. " * 60)
        disk.fill(spare)
        with pytest.raises(RagError, match=NO_SPACE):
            index.refresh()
        try:
            assert index.search("aaaaa", k=1)[0].path == "00.txt"
        except RagError as error:  # Chroma needs a little room even to be opened
            said = str(error)
            assert NO_SPACE.search(said)
        disk.free()
        assert index.search("aaaaa", k=1)[0].path == "00.txt"
    check_complete(documents, data)


def test_a_conversation_goes_on_unsaved(disk: SmallDisk, assemble: Callable[..., Assembly]) -> None:
    """A question is answered though its answer cannot be saved; what was saved before stays."""
    store = ThreadStore(disk.folder / "threads.sqlite")
    session = Session(assemble(), store)
    assert answer_of(session, "How tall is the lighthouse?").text == "38"
    thread = session.thread
    assert thread is not None
    disk.fill()
    for _ in range(40):  # a page or two are still free inside the file
        assert answer_of(session, "When was the lighthouse built?" + " " * 4000).text == "1871"
        if session.warning:
            break
    assert session.warning is not None
    assert "free some space" in session.warning
    disk.free()
    [turn, *_] = ThreadStore(disk.folder / "threads.sqlite").turns(thread)
    assert turn.answer is not None
    assert turn.answer.text == "38"
    store.answer(thread, store.ask(thread, "And now?"), Answer("yes"))


def answer_of(session: Session, question: str) -> Answer:
    [finished] = [event for event in session.ask(question) if isinstance(event, Finished)]
    return finished.answer


def test_a_memory_is_refused_and_the_others_stay(disk: SmallDisk) -> None:
    """What cannot be remembered is said in one sentence, and nothing is forgotten for it."""
    memory = Memory(disk.folder / "memory.sqlite")
    memory.remember("Tea is drunk at four.")
    disk.fill()
    with pytest.raises(StorageError, match="free some space"):
        remember_much(memory)
    assert memory.search(limit=1000)[-1].text == "Tea is drunk at four."
    disk.free()
    memory.remember("Coffee is drunk at nine.")
    assert len(memory.search("tea", limit=1)) == 1


def remember_much(memory: Memory) -> None:
    for number in range(1000):
        memory.remember(f"{number} " * 100)


@pytest.mark.parametrize("spare", [0, 8192])
def test_training_stops_and_goes_on(
    disk: SmallDisk, make_run: Callable[[Path], TrainingConfig], spare: int
) -> None:
    """A run whose metrics or snapshot find no room stops with a sentence; run again it ends as ever."""
    whole = Trainer(make_run(disk.folder / "whole"))
    whole.train()
    config = make_run(disk.folder / "run")
    reports = 0

    def fill(_: object) -> None:
        nonlocal reports
        reports += 1
        disk.fill(spare)  # with a little left it is the snapshot that fails

    with pytest.raises(TrainingStoppedError, match="free some space"):
        Trainer(config, on_report=fill).train()
    assert reports > 0
    disk.free()
    resumed = Trainer(config)
    resumed.train()
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, resumed.model.state_dict()[name]), name


@pytest.mark.parametrize("spare", [0, 8192, 60_000])
def test_weights_are_never_half_replaced(disk: SmallDisk, spare: int) -> None:
    """Weights that find no room leave the weights that were there as they were."""
    folder = write_tiny_model(disk.folder / "weights", seed=1)
    before = GPT.from_pretrained(folder).state_dict()
    other = GPT.from_pretrained(write_tiny_model(disk.folder / "other", seed=2))
    disk.fill(spare)
    with pytest.raises(WeightsError, match="free some space"):
        other.save_pretrained(folder, tokenizer_from=folder, dtype=torch.float32)
    after = GPT.from_pretrained(folder).state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not list(folder.glob("*.partial"))
    disk.free()
    other.save_pretrained(folder, tokenizer_from=folder, dtype=torch.float32)
    after = GPT.from_pretrained(folder).state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in other.state_dict().items())


def test_output_that_is_closed_is_not_missed() -> None:
    """A command runs as well where its standard output is closed."""
    command = ["sh", "-c", '"$0" main.py settings >&-', sys.executable]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_cannot_be_written_is_one_sentence(unbuffered: str) -> None:
    """A command whose output goes to a full disk says so and fails; it shows no traceback."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "main.py", "settings"],
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert "free some space" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_mistake_that_cannot_be_written_keeps_its_exit_code() -> None:
    """A command that is not known fails with exit code 2, also where standard error is full."""
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "main.py", "bogus"], stderr=full, check=False)
    assert done.returncode == 2
