"""Files that are damaged: used as far as they are whole, or named in one sentence that says what to do."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent import cli
from agent.conversations.threads import ThreadStore
from agent.errors import StorageError
from agent.parts.memory import Memory
from llm.calibration import CALIBRATION_FILE, Calibration
from llm.errors import ModelError, WeightsError
from llm.model.gpt import GPT
from llm.training.config import TrainingConfig
from llm.training.snapshot import SNAPSHOT_FILE
from llm.training.trainer import Trainer, TrainingStoppedError
from rag import FolderIndex
from rag.errors import RagError
from tests.agent.test_threads import ANSWER
from tests.faults.conftest import times
from tests.llm.conftest import write_tiny_model
from tests.rag.fakes import FakeEmbedder
from tests.rag.test_durability import check_complete, write


def spoil(path: Path, generator: random.Random) -> None:
    """Cut a file off, overwrite a stretch of it, or empty it."""
    data = bytearray(path.read_bytes())
    place = generator.randrange(len(data) or 1)
    kind = generator.choice(["cut", "noise", "noise", "zeros", "empty"])
    if kind == "cut":
        data = data[:place]
    elif kind == "empty":
        data = bytearray()
    else:
        length = min(generator.choice([1, 100, 5000]), len(data) - place)
        data[place : place + length] = generator.randbytes(length) if kind == "noise" else bytes(length)
    path.write_bytes(data)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    place = tmp_path_factory.mktemp("indexed")
    write(place / "documents", 0)
    with FolderIndex(place / "documents", place / "data", embedder=FakeEmbedder()) as index:
        index.refresh()
    return place / "documents", place / "data"


@pytest.mark.parametrize("seed", range(times(12, 150)))
def test_an_index(indexed: tuple[Path, Path], tmp_path: Path, seed: int) -> None:
    """A spoilt file of an index is used or named; once the index is deleted, it is made anew."""
    generator = random.Random(seed)
    documents, data = indexed[0], tmp_path / "data"
    shutil.copytree(indexed[1], data)
    files = sorted(path for path in data.rglob("*") if path.is_file() and path.name != "writer.lock")
    spoil(generator.choice(files), generator)
    try:
        with FolderIndex(documents, data, embedder=FakeEmbedder()) as index:
            if generator.random() < 0.5:
                index.refresh()
            index.search("Part 3 edition 0")
            for file in index.files():
                index.text(file.path)
    except RagError as error:
        said = str(error)
        assert "delete" in said or "index it first" in said
        shutil.rmtree(data)
    else:
        return
    check_complete(documents, data)


@pytest.mark.parametrize("seed", range(times(15, 400)))
def test_saved_conversations(tmp_path: Path, seed: int) -> None:
    """Spoilt conversations are read as far as they are whole, or refused with what to do."""
    generator, file = random.Random(seed), tmp_path / "threads.sqlite"
    store = ThreadStore(file)
    for number in range(20):
        thread = store.create(f"question {number}", [])
        store.answer(thread, store.ask(thread, f"question {number}" * 20), ANSWER)
    store.close()
    spoil(file, generator)
    try:
        again = ThreadStore(file)
        for found in again.threads():
            again.turns(found.id)
        again.find("question 3")
        again.ask(again.create("new", []), "new")
    except StorageError as error:
        said = str(error)
        assert "cannot be used" in said
        assert "\n" not in said


def test_a_damaged_answer_costs_only_itself(tmp_path: Path) -> None:
    """An answer that cannot be read counts as interrupted; the turns around it are shown."""
    store = ThreadStore(tmp_path / "threads.sqlite")
    thread = store.create("a", [])
    for question in ("a", "b", "c"):
        store.answer(thread, store.ask(thread, question), ANSWER)
    with sqlite3.connect(tmp_path / "threads.sqlite") as connection:
        connection.execute("UPDATE turns SET answer = '{\"answer\": ' WHERE number = 1")
        connection.execute("UPDATE turns SET answer = '[]' WHERE number = 2")
    assert [turn.answer for turn in store.turns(thread)] == [None, None, ANSWER]


@pytest.mark.parametrize("seed", range(times(15, 400)))
def test_the_memory(tmp_path: Path, seed: int) -> None:
    """A spoilt memory is read as far as it is whole, or refused with what to do."""
    generator, file = random.Random(seed), tmp_path / "memory.sqlite"
    memory = Memory(file)
    for number in range(20):
        memory.remember(f"fact {number} " * 20)
    kept: Any = memory.store
    connection = kept.conn  # flushed, as a program that ends does
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    spoil(file, generator)
    try:
        again = Memory(file)
        again.all()
        again.remember("something new")
        again.forget("something new")
    except StorageError as error:
        said = str(error)
        assert "cannot be used" in said
        assert "\n" not in said


@pytest.mark.parametrize("seed", range(times(12, 300)))
def test_weights(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, seed: int) -> None:
    """A weights folder with a spoilt file is loaded, or refused with the name of its folder."""
    generator = random.Random(seed)
    place = tmp_path_factory.getbasetemp() / "whole-weights"
    if not place.exists():
        write_tiny_model(place)
    folder = Path(shutil.copytree(place, tmp_path / "weights"))
    names = ["config.json", "model.safetensors.index.json", "model-00001-of-00001.safetensors"]
    spoil(folder / generator.choice([*names, "vocabulary.tiktoken"]), generator)
    try:
        from llm.tokenization.tokenizer import Tokenizer

        GPT.from_pretrained(folder)
        Tokenizer.load(folder)
    except WeightsError as error:
        said = str(error)
        assert str(folder) in said


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", '"x"', '{"temperature": 5}', '{"temperature": {"grade": 0}}',
        '{"temperature": {"grade": NaN}}', '{"temperature": {"grade": Infinity}}', '{"bias": {"grade": "x"}}',
        '{"bias": {"grade": NaN}}', '{"thresholds": {"support": null}}', '{"evidence": [1]}', "\ufeff{}",
        '{"thresholds": {"support": Infinity}}', '{"evidence": {"bias": NaN}}', "[" * 100_000,
    ],
)  # fmt: skip
def test_a_calibration(tmp_path: Path, content: str) -> None:
    """A calibration that is no calibration is named, whatever is wrong with it."""
    (tmp_path / CALIBRATION_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(WeightsError, match=CALIBRATION_FILE):
        Calibration.load(tmp_path)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training folder whose run was stopped at its first report."""
    from tests.faults.conftest import write_training_folder

    place = tmp_path_factory.mktemp("stopped")
    write_training_folder(place)
    from llm.training.config import load_config

    trainer = Trainer(load_config(place / "config.toml"), on_report=lambda _: trainer.stop())
    with pytest.raises(TrainingStoppedError):
        trainer.train()
    return place


@pytest.mark.parametrize("seed", range(times(4, 60)))
def test_a_snapshot(
    stopped: Path, tmp_path: Path, seed: int, make_run: Callable[[Path], TrainingConfig]
) -> None:
    """A spoilt snapshot is gone on with where its numbers are numbers, or named in one sentence."""
    generator = random.Random(seed)
    output = Path(shutil.copytree(stopped / "run", tmp_path / "run"))
    spoil(output / SNAPSHOT_FILE, generator)
    (output / "metrics.jsonl").write_bytes(b'{"half')
    try:
        Trainer(make_run(output)).train()
    except ModelError as error:
        said = str(error)
        assert "snapshot" in said


@pytest.mark.parametrize("name", ["homespun.sqlite", "memory.sqlite"])
def test_commands_say_it_in_one_line(home: Path, capfd: pytest.CaptureFixture[str], name: str) -> None:
    """A command that meets a damaged file of its own ends with one sentence, not with a traceback."""
    home.mkdir(parents=True)
    (home / name).write_bytes(b"SQLite format 3\0" + b"\1" * 5000)
    code = cli.run(["threads", "--json"])
    captured = capfd.readouterr()
    assert code in (0, 2)
    assert captured.err.count("\n") == (code == 2)
    json.loads(captured.out or "{}")
