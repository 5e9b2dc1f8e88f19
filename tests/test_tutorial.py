"""Every block of the tutorial runs, in order, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "docs" / "tutorial.md"
LANGUAGES = {"sh", "python", "toml"}

# What the installed command does, where only the working tree is there.
COMMAND = 'homespun() { "$PYTHON" "$ROOT/main.py" "$@"; }\n'


def blocks() -> list[tuple[str, str]]:
    """Return language and content of every fenced block, in order."""
    return re.findall(
        r"^```(\w*)\n(.*?)^```$", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def run_shell(block: str, folder: Path) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOMESPUN")}
    result = subprocess.run(
        ["bash", "-euc", COMMAND + block],
        cwd=folder,
        env=own
        | {"PYTHON": sys.executable, "ROOT": str(ROOT), "HOMESPUN_HOME": str(folder / "home")}
        | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_every_block_can_be_run() -> None:
    assert {language for language, _ in blocks()} == LANGUAGES


def test_the_tutorial_leads_to_a_model_that_drives_a_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.set_num_threads(1)
    names: dict[str, Any] = {}
    printed = ""
    for number, (language, block) in enumerate(blocks(), 1):
        if language == "sh":
            printed = run_shell(block, tmp_path)
        elif language == "toml":
            name = block.splitlines()[0].removeprefix("# ")
            (tmp_path / name).write_text(block, encoding="utf-8")
        else:
            exec(compile(block, f"block {number} of {TUTORIAL.name}", "exec"), names)  # noqa: S102 - our own page
    assert "files indexed" in capsys.readouterr().out

    losses = names["losses"]
    assert losses[-1] < losses[0] - 1
    assert sum(names["choice"].response_metadata["choice_probabilities"].values()) == pytest.approx(1)
    assert names["span"].text in names["sentence"]
    assert names["index"].folder == tmp_path / "notes"
    for result in (names["result"], names["shipped"]):
        assert not result["abstained"]
        for citation in result["citations"]:
            text = (tmp_path / "notes" / citation["path"]).read_text(encoding="utf-8")
            assert text[citation["start"] : citation["end"]] == citation["quote"]
    # What the shipped weights answer depends on them; that they answer with words of the folder does not.
    shipped = names["shipped"]
    assert " ".join(shipped["citations"][0]["quote"].split()).count(shipped["answer"]) == 1
    assert '"path": "lighthouse.md"' in printed
