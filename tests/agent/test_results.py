"""The page of results: every headline, and the chart of what abstaining is worth."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.cli import run
from agent.commands import evaluate
from agent.errors import HomespunError
from agent.evaluation import results
from agent.evaluation.charts import draw_reliability, draw_risk_coverage
from agent.evaluation.results import CHARTS, describe_run, require_writable, write_results

CURVE = [(0.5, 0.2), (1.0, 0.4)]
RESULTS = {
    "reading": {
        "n": 20,
        "answerable_f1": 0.25,
        "risk_coverage": CURVE,
        "reliability": [(0.1, 0.2, 12), (0.8, 0.7, 8)],
        "intervals": {"answerable_f1": (0.2, 0.3)},
        "baseline": {"best_sentence_f1": 0.125},
    },
    "route": {"n": 10, "accuracy": 0.9, "baseline": {"commonest_route_accuracy": 0.5}},
}


def test_the_page_shows_figures_baselines_and_intervals(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    write_results(page, {"model": "tiny"}, RESULTS)
    text = page.read_text("utf-8")
    assert "| reading | 20 | answerable_f1 | 0.250 [0.200, 0.300] |" in text
    assert "| reading | 20 | baseline.best_sentence_f1 | 0.125 |" in text
    assert "| reading | 20 | abstain_accuracy | none |" in text
    assert json.loads(page.with_suffix(".json").read_text("utf-8"))["results"]["route"]["accuracy"] == 0.9


@pytest.mark.parametrize("place", CHARTS)
def test_the_charts_are_drawn_and_shown(tmp_path: Path, place: str) -> None:
    pytest.importorskip("matplotlib")
    write_results(tmp_path / "RESULTS.md", {}, RESULTS)
    assert (tmp_path / place).read_bytes().startswith(b"\x89PNG")
    assert f"]({place})" in (tmp_path / "RESULTS.md").read_text("utf-8")


@pytest.mark.parametrize("draw", [draw_risk_coverage, draw_reliability])
def test_without_a_curve_there_is_no_chart(tmp_path: Path, draw: Callable[..., Path | None]) -> None:
    assert draw(tmp_path / "chart.png", {"route": RESULTS["route"]}) is None
    assert not list(tmp_path.iterdir())


def test_a_run_is_described_where_there_is_no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    described = describe_run("some/folder/tiny", 90.0)
    assert (described["model"], described["commit"], described["minutes"]) == ("tiny", "unknown", 1.5)


def test_a_missing_file_shows_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"passage": "It is red.", "question": "Which colour?", "answers": ["red"], "answerable": True}
    (tmp_path / "reading.jsonl").write_text(json.dumps(row), "utf-8")
    assert run(["eval", "all", "--development", str(tmp_path), "--page", str(tmp_path / "page.md")]) == 2
    said = capsys.readouterr().err
    assert "relevance.jsonl is missing" in said
    assert "reading:" not in said


@pytest.mark.parametrize("name", ["file/page.md", "folder.md", "page.json"])
def test_a_page_that_cannot_be_written_shows_before_anything_is_measured(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(HomespunError, match=name):
        require_writable(tmp_path / name)


def test_a_page_that_can_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.md"
    require_writable(page)
    assert not list(page.parent.iterdir())
    page.write_text("Before", "utf-8")
    require_writable(page)
    assert page.read_text("utf-8") == "Before"


def test_figures_are_printed_even_where_the_page_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "page.md")

    for name in dir(evaluate):
        if name.startswith("measure_"):
            measured = (
                (lambda _: lambda *_: {"n": 1}) if name == "measure_documents_of" else lambda *_: {"n": 1}
            )
            monkeypatch.setattr(evaluate, name, measured)
    for name in ("read_evaluation", "read_held_out"):
        monkeypatch.setattr(evaluate, name, lambda *_: [{}])
    monkeypatch.setattr(results, "write_results", fail)
    assert run(["eval", "all", "--development", str(tmp_path), "--page", str(tmp_path / "page.md")]) == 2
    assert json.loads(capsys.readouterr().out)["two_hop"] == {"n": 1}


@pytest.mark.parametrize(
    ("model", "name"),
    [("runs/deeper/weights", "deeper"), ("homespun", "homespun"), ("openai:gpt-4", "openai:gpt-4")],
)
def test_a_run_names_its_model(model: str, name: str) -> None:
    assert describe_run(model, 0.0)["model"] == name


def test_the_page_names_the_file_of_the_full_figures(tmp_path: Path) -> None:
    write_results(tmp_path / "mine.md", {}, {"route": RESULTS["route"]})
    assert "the full ones in `mine.json`" in (tmp_path / "mine.md").read_text("utf-8")


def test_the_help_names_the_fields_of_the_rows() -> None:
    described = evaluate.command.commands["reading"].help
    assert "Rows of FILE: {passage, question, answers, answerable}." in (described or "")
