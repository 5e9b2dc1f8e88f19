"""The whole road with real parts and no network: a folder in, an answer in JSON out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from llm.weights_folder import WEIGHTS
from tests.llm.conftest import write_tiny_model

ROOT = Path(__file__).resolve().parent.parent

# Blocks every socket but those inside the machine's own processes, then runs the program.
BLOCKED = """
import socket, sys

def refuse(self, address, *_):
    if self.family != getattr(socket, "AF_UNIX", None):
        raise AssertionError(f"network call to {address}")

def refuse_lookup(*address, **_):
    raise AssertionError(f"look-up of {address}")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse_lookup
from agent.cli import main
main(sys.argv[1:])
"""

TEXT = """# Lighthouses

The lighthouse at Marrow Point was built in 1871. It is 38 metres tall.

# Ferries

The ferry to Gull Bay leaves at 7.30 from pier 4.
"""


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("weights") / "tiny")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "island"
    place.mkdir()
    (place / "island.md").write_text(TEXT, "utf-8")
    return place


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # The variables that keep libraries off the network must be the program's own doing.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HOMESPUN"))}
    return subprocess.run(
        [sys.executable, "-c", BLOCKED, *arguments],
        cwd=ROOT,
        env=own | {"HOMESPUN_HOME": str(home), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_a_question_is_answered_without_network(weights: Path, folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    # Random weights decide at random: with these thresholds they always come to an answer.
    (weights / "calibration.json").write_text(
        json.dumps({"thresholds": {"relevance": 0.0, "support": 0.0, "abstention": 0.0}}), "utf-8"
    )
    result = run(
        home, "ask", "How tall is the lighthouse?", "--docs", str(folder), "-m", str(weights), "--json"
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    [citation] = answer["citations"]
    assert TEXT[citation["start"] : citation["end"]] == citation["quote"]
    assert answer["answer"] in citation["quote"]
    # Two passages are graded, one is quoted, the answer is read and checked: the decisions count too.
    assert answer["usage"]["input_tokens"] > 5 * len("How tall is the lighthouse?".split())
    assert answer["usage"]["output_tokens"] > 0

    # The same model: passages are measured in its tokens.
    again = run(home, "index", str(folder), "--set", f"model={weights}", "--json")
    assert again.returncode == 0, again.stderr
    report = json.loads(again.stdout)
    assert (report["added"], report["unchanged"], report["failed"]) == (0, 1, [])


def test_damaged_weights_leave_nothing_behind(weights: Path, folder: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for file in weights.iterdir():
        data = file.read_bytes()
        (damaged / file.name).write_bytes(data[: len(data) // 2] if file.suffix == ".safetensors" else data)
    home = tmp_path / "home"
    result = run(home, "ask", "How tall is it?", "--docs", str(folder), "-m", str(damaged))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert not home.exists()


def test_a_folder_of_unreadable_files_leaves_nothing_behind(weights: Path, tmp_path: Path) -> None:
    folder, home = tmp_path / "binary", tmp_path / "home"
    folder.mkdir()
    (folder / "noise.txt").write_bytes(bytes(range(256)) * 20)
    result = run(home, "ask", "How tall is it?", "--docs", str(folder), "-m", str(weights))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert not home.exists()


@pytest.mark.skipif(not (WEIGHTS / "homespun" / "config.json").is_file(), reason="no shipped weights")
def test_the_shipped_model_answers_about_the_handbook(tmp_path: Path) -> None:
    result = run(tmp_path / "home", "ask", "When did Boris Polyak describe momentum?", "--json")
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    [citation] = answer["citations"]
    text = (ROOT / "corpora" / "handbook" / citation["path"]).read_text("utf-8")
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert answer["answer"] == "1964"
