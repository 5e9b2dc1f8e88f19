"""Programs that are killed with SIGKILL while they write; for indexing see `tests/rag/test_durability.py`."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from agent.conversations.threads import ThreadStore
from agent.parts.memory import Memory
from llm.errors import WeightsError
from llm.model.gpt import GPT
from llm.training.config import load_config
from llm.training.trainer import Trainer
from tests.faults.conftest import times, write_training_folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A config with a whole run, and how many steps of writing that run took."""
    place = tmp_path_factory.mktemp("trained")
    write_training_folder(place)
    shorter = (place / "config.toml").read_text().replace("3000", "800").replace("1000", "400")
    (place / "config.toml").write_text(shorter)
    done = train_until(place / "config.toml", place / "run", 0)
    return place / "config.toml", int(done.stdout)


def train_until(config: Path, output: Path, step: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.faults.training_writer", str(config), str(output), str(step)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("seed", range(times(2, 20)))
def test_training_goes_on_from_any_moment(trained: tuple[Path, int], tmp_path: Path, seed: int) -> None:
    """Killed at any step of writing snapshots or weights, the same command ends with the same weights.

    Until then the weights folder is whole or refused: never a mixture of old and new.
    """
    config, steps = trained
    generator = random.Random(seed)
    last = seed % 2 == 0  # half of the kills come while the finished weights are written
    killed = train_until(config, tmp_path / "run", generator.randrange(steps - 25 if last else 1, steps + 1))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    whole = GPT.from_pretrained(config.parent / "run" / "weights").state_dict()
    try:
        found = GPT.from_pretrained(tmp_path / "run" / "weights").state_dict()
    except WeightsError:
        pass
    else:
        assert all(torch.equal(tensor, found[name]) for name, tensor in whole.items())
    resumed = Trainer(load_config(config).model_copy(update={"output": tmp_path / "run"})).train()
    again = GPT.from_pretrained(resumed).state_dict()
    assert all(torch.equal(tensor, again[name]) for name, tensor in whole.items())
    assert not list((tmp_path / "run").rglob("*.partial"))


@pytest.mark.parametrize("seed", range(times(2, 30)))
def test_what_was_saved_of_a_conversation_stays(tmp_path: Path, seed: int) -> None:
    """Killed at any moment, all turns and memories that were saved are there; one answer may be missing."""
    turns = random.Random(seed).randrange(1, 60)
    file = tmp_path / "threads.sqlite"
    command = [sys.executable, "-m", "tests.faults.conversation_writer", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(turns):
            thread, number = process.stdout.readline().split()
        process.kill()
        for line in process.stdout:  # what it said before it died
            thread, number = line.split()
    saved = ThreadStore(file).turns(thread)
    assert [turn.number for turn in saved] == list(range(1, len(saved) + 1))
    assert int(number) <= len(saved) <= int(number) + 1
    for turn in saved[: int(number)]:
        assert turn.answer is not None
        assert turn.answer.text == f"answer {turn.number}"
    remembered = {item.text for item in Memory(file.with_name("memory.sqlite")).all()}
    assert {f"fact {each}" for each in range(1, int(number) + 1)} <= remembered
    shutil.rmtree(tmp_path)
