"""Calibration of weights: everything is fitted, written beside them, and read again."""

from __future__ import annotations

import json
import math
import os
import random
from pathlib import Path

import pytest

from agent.cli import run
from agent.configuration.settings import Settings
from agent.errors import HomespunError
from agent.evaluation import calibration, evidence_fit
from agent.evaluation.confidence_fit import half_of_the_passages
from agent.evaluation.evidence_fit import even_threshold, fit_evidence, fit_tool_evidence
from agent.parts.judgement import open_judgement
from corpora.prompt_digest import prompt_digest
from corpora.tasks.reading import relevance_examples
from corpora.wells import Row
from graphs import Confidence, Thresholds
from llm import ChatHomespun
from llm.calibration import Calibration
from llm.evaluation.decisions import best_threshold
from rag.minilm import MiniLM
from tests.llm.conftest import write_tiny_model

TOOL = {
    "type": "function",
    "function": {"name": "clock", "description": "Tell the time.", "parameters": {"type": "object"}},
}
FACTS = [("mill", "1871"), ("bridge", "1902"), ("church", "1644"), ("school", "1950")]


def rows() -> dict[str, list[Row]]:
    passages = {thing: f"The {thing} was built in {year}. It is made of stone." for thing, year in FACTS}
    reading = [
        {
            "id": thing,
            "source": "test",
            "passage": passages[thing],
            "question": f"When was the {thing} built?",
            "answers": [year],
            "answerable": True,
        }
        for thing, year in FACTS
    ]
    unanswered = [
        {**row, "question": "Who painted it?", "answers": [], "answerable": False} for row in reading
    ]
    relevance = [
        {
            "source": "test",
            "question": row["question"],
            "candidates": list(passages.values()),
            "relevant": [index],
        }
        for index, row in enumerate(reading)
    ]
    called = {"tools": [TOOL], "expected": [{"name": "clock", "arguments": {}}]}
    tools = [
        {**called, "messages": [{"role": "user", "content": "What time is it?"}]},
        {**called, "messages": [{"role": "user", "content": "Hello!"}], "expected": []},
    ]
    routes = [
        {"text": text, "route": route}
        for thing, _ in FACTS
        for text, route in ((f"Hello, {thing}!", "chat"), (f"When was the {thing} built?", "documents"))
    ]
    return {
        "reading": [*reading, *unanswered],
        "relevance": relevance,
        "tools": tools,
        "tool_choice": tools * 2,
        "requests": tools * 2,
        "route": routes,
        "folder_calibration": [*reading, *unanswered],
    }


@pytest.fixture
def development(tmp_path: Path) -> Path:
    place = tmp_path / "development"
    (place / "folder").mkdir(parents=True)
    for thing, year in FACTS:
        (place / "folder" / f"{thing}.md").write_text(f"The {thing} was built in {year}.", encoding="utf-8")
    for name, content in rows().items():
        lines = "\n".join(map(json.dumps, content * 4))  # one half is for measuring
        (place / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return place


def test_what_is_fitted_is_what_the_model_reads(
    tmp_path: Path, development: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = write_tiny_model(tmp_path / "weights")
    assert run(["calibrate", str(weights), "--development", str(development)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert not list(weights.glob("*.partial"))
    read = Calibration.load(weights)
    assert set(read.thresholds) == {
        "relevance", "support", "abstention", "tool", "call", "again", "reason",
    }  # fmt: skip
    assert read.thresholds == printed["thresholds"]
    assert all(0 <= value <= 1 for value in read.thresholds.values())
    assert read.evidence["similarity"] > 0
    assert set(read.evidence) == set(read.tool_evidence) == {"grade", "similarity", "bias"}
    assert set(read.confidence) == {"certainty", "support", "rival", "coverage", "bias"}
    assert read.prompts == prompt_digest()
    errors = printed["calibration_error"]
    assert errors["grade"]["after"] <= errors["grade"]["before"]


def test_a_missing_file_is_named(
    tmp_path: Path, development: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (development / "folder_calibration.jsonl").unlink()
    weights = write_tiny_model(tmp_path / "weights")
    assert run(["calibrate", str(weights), "--development", str(development)]) == 2
    assert "folder_calibration.jsonl" in capsys.readouterr().err
    assert not (weights / "calibration.json").exists()


def test_a_folder_that_may_not_be_written_to_shows_before_anything_is_fitted(
    tmp_path: Path, development: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = write_tiny_model(tmp_path / "weights")
    monkeypatch.setattr("os.access", lambda place, mode: not (mode & os.W_OK and Path(place) == weights))
    monkeypatch.setattr(calibration, "ChatHomespun", None)
    assert run(["calibrate", str(weights), "--development", str(development)]) == 2
    assert f"{weights} may not be written to" in capsys.readouterr().err


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_is_at_least_one_row(
    tmp_path: Path, development: Path, capsys: pytest.CaptureFixture[str], limit: int
) -> None:
    weights = write_tiny_model(tmp_path / "weights")
    command = ["calibrate", str(weights), "--development", str(development), "--limit", str(limit)]
    assert run(command) == 2
    assert "--limit" in capsys.readouterr().err
    assert not (weights / "calibration.json").exists()


@pytest.mark.parametrize("name", ["relevance", "route", "folder_calibration"])
def test_too_few_rows_are_refused_by_their_file(
    tmp_path: Path, development: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file = development / f"{name}.jsonl"
    file.write_text("\n".join(file.read_text(encoding="utf-8").splitlines()[:2]), encoding="utf-8")
    weights = write_tiny_model(tmp_path / "weights")
    assert run(["calibrate", str(weights), "--development", str(development)]) == 2
    said = capsys.readouterr().err
    assert f"{name}.jsonl in {development}" in said
    assert said.startswith("Error: Calibration needs at least")


def test_rows_that_are_too_long_are_left_out(tmp_path: Path) -> None:
    row = {"question": "When was the mill built?", "candidates": ["In 1871.", "Of stone."], "relevant": [0]}
    long = {**row, "candidates": ["In 1871. " * 300, "Of stone. " * 300]}
    reading = {**rows()["reading"][0], "passage": " ".join(["The mill was built in 1871"] * 200)}
    routes = rows()["route"]
    model, embeddings = ChatHomespun(model=str(write_tiny_model(tmp_path))), MiniLM()
    fitting = relevance_examples({"source": "test", **row}, random.Random(0))
    examples = [*fitting, *relevance_examples({"source": "test", **long}, random.Random(0))]
    assert calibration._margins(model, examples)[1] == [True, False]
    assert fit_evidence(model, embeddings, [], [row, long]) == fit_evidence(model, embeddings, [], [row])
    assert fit_evidence(model, embeddings, [reading], [row]) == fit_evidence(model, embeddings, [], [row])
    much = {"text": "Hello! " * 600, "route": "chat"}
    for fit in (calibration._fit_route, calibration._fit_reason):
        assert fit(model, [*routes, much]) == pytest.approx(fit(model, routes), abs=0.05)


@pytest.mark.parametrize("before", [None, '{"temperature": {"grade": 2.0}}'])
def test_what_was_there_stays_until_all_is_fitted(
    tmp_path: Path, development: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    weights = write_tiny_model(tmp_path / "weights")
    file = weights / "calibration.json"
    if before is not None:
        file.write_text(before, encoding="utf-8")
    files = {path: path.read_bytes() for path in weights.iterdir()}

    def interrupt(*_: object) -> None:
        assert {path: path.read_bytes() for path in weights.iterdir()} == files  # a kill would find this
        raise KeyboardInterrupt

    monkeypatch.setattr(calibration, "fit_tool_evidence", interrupt)
    assert run(["calibrate", str(weights), "--development", str(development)]) == 130
    assert {path: path.read_bytes() for path in weights.iterdir()} == files


def test_a_confidence_that_a_person_set_comes_before_the_fitted_one(tmp_path: Path) -> None:
    weights = write_tiny_model(tmp_path / "weights")
    settings = Settings(model=str(weights))

    def abstention(published: dict[str, float], chosen: Settings = settings) -> float:
        (weights / "calibration.json").write_text(json.dumps({"thresholds": published}), encoding="utf-8")
        return open_judgement(chosen, ChatHomespun(model=str(weights)), MiniLM()).thresholds.abstention

    assert abstention({"abstention": 0.4}) == 0.4
    assert abstention({"abstention": 0.4}, settings.model_copy(update={"confidence": 0.7})) == 0.7
    assert abstention({}) == Thresholds().abstention


def test_other_embeddings_leave_what_was_fitted_with_the_packaged_ones_out(tmp_path: Path) -> None:
    weights = write_tiny_model(tmp_path / "weights")
    fitted = {"thresholds": {"relevance": 0.3}, "evidence": {"grade": 0.4}, "confidence": {"bias": 1.0}}
    (weights / "calibration.json").write_text(json.dumps(fitted), encoding="utf-8")
    model, settings = ChatHomespun(model=str(weights)), Settings(model=str(weights))
    judgement = open_judgement(settings, model, MiniLM())
    assert judgement.evidence.grade == 0.4
    assert judgement.confidence.bias == 1.0
    assert judgement.tool_evidence.embeddings is None
    other = open_judgement(settings.model_copy(update={"embedder": "other"}), model, MiniLM())
    assert other.thresholds.relevance == 0.3
    assert other.evidence.embeddings is None
    assert other.confidence == Confidence()


def test_even_threshold_lies_where_both_kinds_are_as_likely() -> None:
    draw = random.Random(0)
    truths = [draw.random() < 0.2 for _ in range(4000)]
    odds = [draw.gauss(1.5 if truth else -0.5, 1.0) for truth in truths]
    scores = [1 / (1 + math.exp(-value)) for value in odds]
    # Two normal distributions of one width cross half-way between their means, however many of each there are
    assert even_threshold(scores, truths) == pytest.approx(1 / (1 + math.exp(-0.5)), abs=0.02)


@pytest.mark.parametrize("truths", [[True, True], [False, False], [True, False]])
def test_even_threshold_of_one_kind_or_scores_that_mislead_is_the_best(truths: list[bool]) -> None:
    assert even_threshold([0.2, 0.7], truths) == best_threshold([0.2, 0.7], truths)


def test_half_of_the_passages_can_be_found_and_all_are_asked_about(tmp_path: Path) -> None:
    reading = rows()["reading"]
    write, asked = half_of_the_passages(reading)
    assert not isinstance(write, Path)
    write(tmp_path / "documents")
    written = {file.read_text(encoding="utf-8") for file in (tmp_path / "documents").iterdir()}
    passages = {row["question"]: row["passage"] for row in reading if row["answerable"]}
    assert [row["answerable"] for row in asked] == [passages[row["question"]] in written for row in asked]
    assert len(asked) == len(FACTS) == 2 * len(written)


def test_dialogues_do_not_say_when_a_message_alone_calls_for_a_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, embeddings = ChatHomespun(model=str(write_tiny_model(tmp_path))), MiniLM()
    monkeypatch.setattr(evidence_fit, "fit_choice", lambda *_: [1.0, 1.0])
    requests = rows()["requests"]
    later = [{**row, "messages": [{"role": "user", "content": "And now?"}]} for row in requests]
    _, some = fit_tool_evidence(model, embeddings, requests, [])
    _, none = fit_tool_evidence(model, embeddings, requests, later * 9)
    assert some["tool"] == none["tool"]
    assert some["call"] != none["call"]


def test_a_tool_is_held_likelier_where_more_messages_need_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, embeddings = ChatHomespun(model=str(write_tiny_model(tmp_path))), MiniLM()
    requests = rows()["requests"]
    fits = []
    for share in (0.5, 0.8):
        monkeypatch.setattr(evidence_fit, "NEEDED_SHARE", share)
        fits.append(fit_tool_evidence(model, embeddings, requests, []))
    (even, threshold), (likelier, same) = fits
    assert likelier.bias - even.bias == pytest.approx(math.log(4))
    assert threshold == same


def test_requests_that_call_nothing_teach_no_choice(tmp_path: Path) -> None:
    model, embeddings = ChatHomespun(model=str(write_tiny_model(tmp_path))), MiniLM()
    idle = [{**row, "expected": []} for row in rows()["requests"]]
    with pytest.raises(HomespunError, match="give some that do"):
        fit_tool_evidence(model, embeddings, idle, [])
