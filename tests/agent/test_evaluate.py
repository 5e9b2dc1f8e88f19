"""`eval …`: the figures that scripts read, against rows whose scores are known beforehand."""

from __future__ import annotations

import json
import lzma
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable

from agent import assembly as assembly_module
from agent import cli
from agent.evaluation.rows import fitted_half, measured_half, read_held_out
from agent.parts import models
from llm.unread_rows import DEVELOPMENT_FOLDER, write_unread
from tests.agent.fakes import LIGHTHOUSE, RuleModel, open_memory_index
from tests.graphs.fakes import ScriptedModel
from tests.llm.conftest import write_tiny_model

Row = dict[str, Any]
Evaluate = Callable[..., dict[str, Any]]

TALL = "How tall is the lighthouse?"
READING: list[Row] = [
    {"passage": LIGHTHOUSE, "question": TALL, "answers": ["38"], "answerable": True},
    {"passage": LIGHTHOUSE, "question": "Which colour has snow?", "answers": [], "answerable": False},
]
CLOCK = {
    "type": "function",
    "function": {"name": "clock", "description": "Tell the time.", "parameters": {"type": "object"}},
}
ASKED = [{"role": "user", "content": "What time is it?"}]


class OfferedSchemas(ScriptedModel):
    """Is offered tools as the schemas that rows hold."""

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Runnable[Any, AIMessage]:
        return self


@pytest.fixture
def evaluate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Evaluate:
    """Write rows to a file and run a measure of them, with another model in the place of our own."""
    monkeypatch.setattr(
        assembly_module.Assembly, "_open_own_index", lambda self, folder: open_memory_index(folder)
    )

    def call(measure: str, rows: list[Row], *arguments: str, model: Any = None) -> dict[str, Any]:
        file = tmp_path / f"{measure}.jsonl"
        file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        if model is not None:
            monkeypatch.setattr(models, "open_model", lambda _: model)
            arguments = (*arguments, "--model", "scripted:model")
        places = ("--questions", str(file)) if measure == "documents" else (str(file),)
        capfd.readouterr()
        code = cli.run(["eval", measure, *places, *arguments])
        out, err = capfd.readouterr()
        assert code == 0, err
        result: dict[str, Any] = json.loads(out)
        return result

    return call


def test_reading(evaluate: Evaluate) -> None:
    found = evaluate("reading", READING, model=RuleModel())
    assert found.keys() >= {
        "n", "exact_match", "f1", "answerable_f1", "abstain_accuracy", "best_threshold", "baseline",
        "seconds",
    }  # fmt: skip
    assert (found["n"], found["answerable_f1"], found["best_abstain_accuracy"]) == (2, 1.0, 1.0)
    assert (found["exact_match"], found["f1"]) == (1.0, 1.0)
    assert found["baseline"].keys() >= {"best_sentence_f1", "bm25_sentence_f1"}
    # The nearest sentence names the lighthouse by embedding; by words it is “It is 38 metres tall.”
    assert found["baseline"]["best_sentence_f1"] == 0.0
    assert found["baseline"]["bm25_sentence_f1"] == pytest.approx(1 / 3)


def test_relevance(evaluate: Evaluate) -> None:
    row = {"question": TALL, "candidates": ["It is 38 metres tall.", "Ferries leave."], "relevant": [0]}
    found = evaluate("relevance", [row, row], model=RuleModel())
    assert (found["n"], found["pairs"], found["auroc"], found["weighed_auroc"]) == (2, 4, 1.0, 1.0)
    assert found["balanced_accuracy"] == 1.0
    assert found["calibration_error"] == pytest.approx(0.04)
    assert found["baseline"]["word_overlap_auroc"] == 1.0


def test_relevance_needs_probabilities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, "open_model", lambda _: ScriptedModel())
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"question": "?", "candidates": ["a"], "relevant": []}))
    code = cli.run(["eval", "relevance", str(file), "--model", "scripted:model"])
    _, err = capfd.readouterr()
    assert (code, err.count("\n")) == (2, 1)
    assert "'scripted:model' gives no probabilities" in err


def test_route(evaluate: Evaluate) -> None:
    rows = [
        {"text": "Hello!", "route": "chat"},
        {"text": TALL, "route": "documents"},
        {"text": "Remember the milk.", "route": "documents"},
    ]
    found = evaluate("route", rows, model=RuleModel())
    assert (found["n"], found["accuracy"]) == (3, pytest.approx(2 / 3))
    assert found["confusions"] == {"documents as tools": 1}
    assert found["baseline"] == {"commonest_route_accuracy": pytest.approx(2 / 3)}


def test_rewriting(evaluate: Evaluate) -> None:
    history = [{"role": "user", "content": TALL}, {"role": "assistant", "content": "38 metres."}]
    row = {"history": history, "question": "Who kept it?", "standalone": "Who kept the lighthouse?"}
    found = evaluate("rewrite", [row], model=RuleModel())
    assert (found["n"], found["f1"], found["exact_match"]) == (1, 1.0, 1.0)
    # Of three words two are right: “it” is not “lighthouse”, and articles do not count.
    assert found["baseline"] == {"copy_question_f1": pytest.approx(2 / 3)}


def test_tools(evaluate: Evaluate) -> None:
    calls = [
        {"name": "clock", "args": {}, "id": "1"},
        {"name": "clock", "args": {"zone": "UTC"}, "id": "2"},
        {"name": "bell", "args": {}, "id": "3"},
    ]
    script = [*(AIMessage("", tool_calls=[call]) for call in calls), "Good day."]
    expected = [{"name": "clock", "arguments": "{}"}]
    called = {"tools": [CLOCK], "messages": ASKED, "expected": expected}
    rows = [called, called, called, {**called, "expected": []}]
    found = evaluate("tools", rows, model=OfferedSchemas(script={"tool": script}))
    assert (found["n"], found["too_long"], found["valid_rate"]) == (4, 0, pytest.approx(2 / 3))
    assert (found["name_accuracy"], found["exact_accuracy"]) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert found["irrelevance_accuracy"] == 1.0
    assert found["baseline"] == {"word_overlap_name_accuracy": 1.0, "embedding_name_accuracy": 1.0}


def test_documents(evaluate: Evaluate, folder: Path) -> None:
    rows: list[Row] = [
        {"question": TALL, "answers": ["38"], "files": ["island.md"]},
        {"question": TALL, "answers": ["38"], "files": ["another.md"]},
        {"question": "Which colour has snow?", "answers": [], "answerable": False},
    ]
    found = evaluate("documents", rows, str(folder), model=RuleModel())
    assert (found["n"], found["recall_at_5"], found["answerable_f1"]) == (3, 1.0, 1.0)
    assert (found["citation_verbatim_rate"], found["citation_file_precision"]) == (1.0, 0.5)
    assert (found["citation_holds_answer"], found["best_abstain_accuracy"]) == (1.0, 1.0)
    assert found["seconds_per_question"] > 0
    # By embedding the nearest sentence is the one that names the lighthouse, which holds no answer.
    assert found["baseline"] == {"best_sentence_f1": 0.0}


def test_language(evaluate: Evaluate, tmp_path: Path) -> None:
    weights = write_tiny_model(tmp_path / "tiny")
    found = evaluate("language", [{"text": "The quick brown fox."}] * 2, "--model", str(weights))
    assert found["n"] == 2
    assert math.isfinite(found["bits_per_byte"])
    assert found["bits_per_byte"] > 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "holds no rows"),
        (b'{"passage": ""}\n', "lacks"),
        (b"no json\n", "is no JSON"),
        (lzma.compress(b"{}\n")[:-8], "cannot be read"),
    ],
)
def test_files_that_cannot_be_evaluated_are_one_sentence(
    content: bytes, complaint: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / ("rows.jsonl.xz" if content.startswith(b"\xfd") else "rows.jsonl")
    file.write_bytes(content)
    code = cli.run(["eval", "reading", str(file)])
    out, err = capfd.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert complaint in err


def test_compressed_rows_and_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, "open_model", lambda _: RuleModel())
    file = tmp_path / "rows.jsonl.xz"
    rows = "".join(f"{json.dumps(row)}\n" for row in READING)
    file.write_bytes(lzma.compress(rows.encode()))
    assert cli.run(["eval", "reading", str(file), "--limit", "1", "--model", "scripted:model"]) == 0
    assert json.loads(capfd.readouterr().out)["n"] == 1


def test_rows_that_the_weights_may_have_read_do_not_measure_them(tmp_path: Path) -> None:
    development, weights = tmp_path / DEVELOPMENT_FOLDER, write_tiny_model(tmp_path / "tiny")
    development.mkdir()
    file = development / "reading.jsonl"
    file.write_text(f"{json.dumps(READING[0])}\n", "utf-8")
    write_unread(weights, tmp_path)
    file.write_text("".join(f"{json.dumps(row)}\n" for row in READING), "utf-8")
    assert read_held_out(file, "reading", str(weights)) == READING[:1]
    assert read_held_out(file, "reading", "scripted:model") == READING


@pytest.mark.parametrize("count", [1, 2, 7, 333])
def test_what_is_measured_on_is_never_fitted_to(count: int) -> None:
    rows = [{"n": number} for number in range(count)]
    assert [*measured_half(rows), *fitted_half(rows)] == rows
    assert 0 <= len(measured_half(rows)) - len(fitted_half(rows)) <= 1


@pytest.mark.parametrize(
    ("measure", "fitting", "too_long"),
    [
        ("reading", READING, {**READING[0], "question": f"{TALL} " * 200}),
        (
            "relevance",
            [{"question": TALL, "candidates": ["It is 38 metres tall.", "Ferries leave."], "relevant": [0]}],
            {"question": TALL, "candidates": ["It is 38 metres tall. " * 200], "relevant": [0]},
        ),
        ("route", [{"text": TALL, "route": "documents"}], {"text": f"{TALL} " * 200, "route": "chat"}),
    ],
)
def test_a_row_that_is_too_long_is_counted_and_ends_nothing(
    evaluate: Evaluate, tmp_path: Path, measure: str, fitting: list[Row], too_long: Row
) -> None:
    weights = str(write_tiny_model(tmp_path / "tiny"))
    without = evaluate(measure, fitting, "--model", weights)
    found = evaluate(measure, [*fitting, too_long], "--model", weights)
    assert (without["too_long"], found["too_long"], found["n"]) == (0, 1, len(fitting) + 1)
    if measure != "reading":  # there it counts as no answer
        assert {**found, "n": without["n"], "too_long": 0} == without


def test_a_question_about_documents_that_is_too_long_counts_as_no_answer(
    evaluate: Evaluate, tmp_path: Path, folder: Path
) -> None:
    weights = str(write_tiny_model(tmp_path / "tiny"))
    row = {"question": f"{TALL} " * 200, "answers": ["38"]}
    found = evaluate("documents", [row], str(folder), "--model", weights)
    assert (found["too_long"], found["answerable_f1"], found["recall_at_5"]) == (1, 0.0, 1.0)
