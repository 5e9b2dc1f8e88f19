"""Looking into a reply from the command line, on a tiny model and an index in memory."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from rich.console import Console

from agent import assembly as assembly_module
from agent import cli
from agent.commands.inspect import TASKS
from agent.errors import HomespunError
from agent.inspecting import inspect_reply
from agent.rendering.inspection import as_table, draw
from rag.passage import Passage
from tests.agent.fakes import open_memory_index
from tests.llm.conftest import write_tiny_model

Run = Callable[..., tuple[int, str, str]]

TEXT = "Schöne Grüße!\nThe capital of Norway is Oslo, a city.\nIt lies at a fjord."


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return write_tiny_model(tmp_path_factory.mktemp("weights") / "tiny").resolve()


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(
        assembly_module.Assembly, "_open_own_index", lambda self, folder: open_memory_index(folder)
    )

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["inspect", *arguments])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return call


def test_copied_tokens_name_their_file_and_line(weights: Path) -> None:
    passage = Passage(TEXT, "north.md", 0, len(TEXT), 7, 9)
    inspected = inspect_reply(weights, "quote", "Where?", [passage], reply="The capital of Norway is Oslo")
    assert inspected.inspection.copied_share == 1
    places = [inspected.places[token.copied_from or 0] for token in inspected.inspection.tokens]
    assert set(places) == {"north.md:8"}
    assert set(inspected.places) == {"", "north.md:7", "north.md:8", "north.md:9"}
    last = inspect_reply(weights, "quote", "Where?", [passage], reply="lies at a fjord")
    tokens = last.to_json()["tokens"]
    assert {token["copied_from"]["place"] for token in tokens} == {"north.md:9"}


def test_an_inspection_can_be_shown(weights: Path, tmp_path: Path) -> None:
    inspection = inspect_reply(weights, "chat", "Oslo [is] $5", reply="Oslo [is]   \n").inspection
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(as_table(inspection))
    assert "[is" in (text := console.export_text())
    assert "bits" in text
    assert "\N{OPEN BOX}" in text
    pytest.importorskip("matplotlib")
    draw(inspection, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 5_000


def test_a_quotation_is_a_span_of_the_passages(weights: Path) -> None:
    passage = Passage(TEXT, "north.md", 0, len(TEXT), 1, 3)
    inspected = inspect_reply(weights, "quote", "Where?", [passage])
    assert inspected.reply in TEXT


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_prompt(weights: Path, task: str) -> None:
    assert inspect_reply(weights, task, "Oslo?", reply="is a city").inspection.tokens


def test_passages_that_do_not_fit_are_left_out(weights: Path) -> None:
    small, large = Passage(TEXT, "small.md", 0, 9, 1, 3), Passage("x y z " * 400, "large.md", 0, 9, 1, 1)
    inspected = inspect_reply(weights, "quote", "Where?", [small, large], reply="Oslo")
    assert {place.split(":")[0] for place in inspected.places} == {"", "small.md"}
    with pytest.raises(HomespunError, match="shorten the text"):
        inspect_reply(weights, "chat", "x y z " * 400)


@pytest.mark.parametrize(("reply", "words"), [("", "empty"), ("x y z " * 400, "shorten the reply")])
def test_a_reply_that_cannot_be_read_is_refused(weights: Path, reply: str, words: str) -> None:
    with pytest.raises(HomespunError, match=words):
        inspect_reply(weights, "chat", "Hello", reply=reply)


def test_the_command_prints_a_table(run: Run, weights: Path, folder: Path) -> None:
    code, out, _ = run("How tall is it?", "-d", str(folder), "-m", str(weights), "--reply", "It is 38 metres")
    assert code == 0
    assert "island.md:4" in out
    assert "bits" in out
    assert "100% of its tokens were copied" in out


def test_the_command_prints_json(run: Run, weights: Path) -> None:
    code, out, _ = run("Oslo", "--task", "chat", "-m", str(weights), "--reply", "a city", "--json")
    assert code == 0
    assert json.loads(out)["tokens"][0]["looked_at"]


def test_the_command_draws(run: Run, weights: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    arguments = ("Oslo", "--task", "chat", "-m", str(weights), "--reply", "a city")
    code, _, _ = run(*arguments, "--png", str(tmp_path / "picture"))
    assert code == 0
    assert (tmp_path / "picture").read_bytes().startswith(b"\x89PNG")
    code, _, err = run(*arguments, "--png", str(tmp_path / "missing" / "picture.png"))
    assert code == 2
    assert "missing" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["?"], "question is empty"),
        (["What?", "-m", "openai:gpt"], "does not run here"),
        (["What?", "--task", "sing"], "sing"),
        (["What?", "-d", "/does/not/exist"], "does not exist"),
    ],
)
def test_mistakes_are_one_sentence(run: Run, arguments: list[str], words: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
