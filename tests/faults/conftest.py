"""What the fault tests share: how much is tried, a disk that can be filled, and a run to train."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llm.tokenization.tokenizer import train_tokenizer
from llm.training.config import TrainingConfig, load_config
from llm.training.sequences import SequenceWriter
from tests.agent import conftest as of_agent
from tests.llm.test_training import CONFIG

if sys.platform == "win32":
    pytest.skip("needs signals and limits of Unix", allow_module_level=True)

import resource

assemble, folder, home = of_agent.assemble, of_agent.folder, of_agent.home  # fixtures

IN_FULL = os.environ.get("FAULTS") == "full"
"""Whether `make test-faults` runs, which tries more than the normal tests do."""


def times(short: int, full: int) -> int:
    """Return how often something is tried."""
    return full if IN_FULL else short


class SmallDisk:
    """A disk of a few megabytes; where none can be mounted, a limit on the size of files stands for it.

    Args:
        place: Where it is.
        mounted: Whether it is a file system of its own.
    """

    def __init__(self, place: Path, mounted: bool) -> None:
        self.folder = place
        self._mounted = mounted
        self._ballast = place / "ballast"
        self._limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self, spare: int = 0) -> None:
        """Leave so many bytes free."""
        if not self._mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (max(spare, 1), self._limits[1]))
            return
        with self._ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0" * 4096):
                pass
        with self._ballast.open("rb+") as file:
            file.truncate(max(0, self._ballast.stat().st_size - spare))

    def free(self) -> None:
        """Make room again."""
        resource.setrlimit(resource.RLIMIT_FSIZE, self._limits)
        self._ballast.unlink(missing_ok=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)]
    mounted = os.geteuid() == 0 and shutil.which("mount") is not None
    mounted = mounted and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    small = SmallDisk(place, mounted)
    try:
        yield small
    finally:
        small.free()
        if mounted:
            subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[[Path], TrainingConfig]:
    """Return what makes the config of a short training run that writes into a folder."""

    def make(output: Path) -> TrainingConfig:
        write_training_folder(tmp_path / "training")
        config = load_config(tmp_path / "training" / "config.toml")
        return config.model_copy(update={"output": output})

    return make


def write_training_folder(place: Path) -> None:
    """Write a config and the little text that it trains on, where they are not there yet."""
    if (place / "config.toml").exists():
        return
    text = "The cat sat on the mat. A dog ran over the hill. Rain falls in spring. " * 20
    tokenizer = train_tokenizer([text], 400, place / "data")
    for name in ("text", "task"):
        with SequenceWriter(place / "data" / name) as writer:
            for sentence in text.split(". "):
                writer.write(tokenizer.encode(sentence + "."))
    (place / "config.toml").write_text(CONFIG)
