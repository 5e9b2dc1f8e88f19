"""Two of everything at once: they take turns, or the second is told in one sentence that it is second."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from agent.assembly import Assembly
from agent.conversations.answer import Answer
from agent.conversations.events import Finished
from agent.conversations.session import Session
from agent.conversations.threads import ThreadStore
from agent.parts.memory import Memory
from llm.model.gpt import GPT
from llm.training.config import TrainingConfig
from llm.training.output_lock import OutputBusyError
from llm.training.trainer import Trainer

ASK = """
import sys
from agent import cli
from agent.parts import models
from tests.agent.fakes import RuleModel
from tests.rag.fakes import FakeEmbedder
models.open_model = lambda _: RuleModel()
models.open_embedder = lambda _: FakeEmbedder(dimensions=384)
sys.exit(cli.run(sys.argv[1:]))
"""
"""`python main.py ask` with its own index, and a model and vectors that load at once."""


def test_two_questions_about_one_new_folder(home: Path, folder: Path) -> None:
    """Two programs that ask a folder which nobody has indexed both answer, and share one index."""
    for number in range(30):
        (folder / f"more{number}.md").write_text(f"Item {number} weighs {number} stones.\n" * 20)
    command = [
        sys.executable,
        "-c",
        ASK,
        "ask",
        "How tall is the lighthouse?",
        "--docs",
        str(folder),
        "--json",
    ]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        out, error = process.communicate()
        assert process.returncode == 0, error.decode()
        assert json.loads(out)["answer"] == "38"
    assert len(list(home.rglob("index.sqlite3"))) == 1


def test_a_second_training_is_refused(tmp_path: Path, make_run: Callable[[Path], TrainingConfig]) -> None:
    """A run that begins in the folder of another is refused, and the first ends undisturbed."""
    config = make_run(tmp_path / "run")
    alone = Trainer(make_run(tmp_path / "alone")).train()
    refusals = 0

    def begin_another(_: object) -> None:
        nonlocal refusals
        random_state = torch.get_rng_state()  # both draw from one generator only because this is one process
        with pytest.raises(OutputBusyError, match="Another run is training into"):
            Trainer(config).train()
        torch.set_rng_state(random_state)
        refusals += 1

    weights = GPT.from_pretrained(Trainer(config, on_report=begin_another).train()).state_dict()
    assert refusals > 0
    undisturbed = GPT.from_pretrained(alone).state_dict()
    assert all(torch.equal(tensor, weights[name]) for name, tensor in undisturbed.items())


def test_two_chats_on_one_thread(tmp_path: Path, assemble: Callable[..., Assembly]) -> None:
    """Two chats that go on with one conversation save every turn of both, each with its own answer."""
    file = tmp_path / "threads.sqlite"
    thread = ThreadStore(file).create("shared", [])
    questions = ("How tall is the lighthouse?", "When was the lighthouse built?")
    errors: list[BaseException] = []

    def talk(question: str) -> None:
        try:
            session = Session(assemble(), ThreadStore(file), thread)
            for _ in range(10):
                assert [event for event in session.ask(question) if isinstance(event, Finished)]
            assert session.warning is None
        except BaseException as error:  # an AssertionError, too, is for the test itself to raise
            errors.append(error)

    chats = [threading.Thread(target=talk, args=[question]) for question in questions]
    for chat in chats:
        chat.start()
    for chat in chats:
        chat.join()
    assert errors == []
    turns = ThreadStore(file).turns(thread)
    assert [turn.number for turn in turns] == list(range(1, 21))
    answers = {(turn.question, turn.answer.text if turn.answer else None) for turn in turns}
    assert answers == set(zip(questions, ("38", "1871"), strict=True))


def test_undo_takes_no_turn_of_the_other_chat(tmp_path: Path, assemble: Callable[..., Assembly]) -> None:
    """`/undo` takes back the chat's own last turn, though another chat has gone on meanwhile."""
    store = ThreadStore(tmp_path / "threads.sqlite")
    session = Session(assemble(), store)
    assert [event for event in session.ask("How tall is the lighthouse?") if isinstance(event, Finished)]
    assert session.thread is not None
    other = ThreadStore(tmp_path / "threads.sqlite")
    other.answer(session.thread, other.ask(session.thread, "theirs"), Answer("kept"))
    session.undo()
    assert [turn.question for turn in other.turns(session.thread)] == ["theirs"]


def test_a_thread_that_another_program_deletes(tmp_path: Path, assemble: Callable[..., Assembly]) -> None:
    """A chat whose conversation is deleted under it goes on answering, and says that it is not saved."""
    store = ThreadStore(tmp_path / "threads.sqlite")
    session = Session(assemble(), store)
    assert list(session.ask("How tall is the lighthouse?"))
    assert session.thread is not None
    ThreadStore(tmp_path / "threads.sqlite").delete(session.thread)
    assert [event for event in session.ask("When was the lighthouse built?") if isinstance(event, Finished)]
    assert session.warning is not None
    assert "deleted" in session.warning


def test_many_open_a_new_memory(tmp_path: Path) -> None:
    """Programs that begin at once make the tables of the memory once."""
    for round_number in range(6):
        file, ready = tmp_path / str(round_number) / "memory.sqlite", threading.Barrier(6)

        def remember(file: Path = file, ready: threading.Barrier = ready) -> str:
            ready.wait()
            return Memory(file).remember("The key is under the mat.").text

        with ThreadPoolExecutor(6) as pool:
            kept = [pool.submit(remember) for _ in range(6)]
            assert {future.result() for future in kept} == {"The key is under the mat."}
        assert len(Memory(file).all()) == 6
