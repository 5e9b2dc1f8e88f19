"""The page of speeds: every figure, the growth of an index, and the charts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent import benchmarks
from agent.cli import run
from agent.evaluation import speed
from agent.evaluation.speed import GROWTH, RATIOS, growth

MODEL = {
    "transformers_decode_tokens_per_second": 100.0,
    "transformers_decode_times_transformers": 1.0,
    "homespun_int8_decode_tokens_per_second": 175.0,
    "homespun_int8_decode_times_transformers": 1.75,
}


def scale(chunks: int) -> benchmarks.Figures:
    seconds = {"indexing_seconds": chunks / 1000, "search_processor_seconds": chunks**0.5 / 1e4}
    return {"chunks": chunks, **seconds}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(benchmarks.BENCHMARKS, "model", lambda *_: dict(MODEL))
    monkeypatch.setitem(benchmarks.BENCHMARKS, "scale", lambda _, size: scale(size.chunks))
    monkeypatch.setattr(speed, "SIZES", (100, 1000, 10_000))
    place = tmp_path / "SPEED.md"
    assert run(["bench", "model", "--page", str(place)]) == 0
    return place


def test_the_page_has_every_figure_and_how_an_index_grows(page: Path) -> None:
    text = page.read_text("utf-8")
    assert "| model | homespun int8 decode times transformers | 1.75 |" in text
    assert "| 10,000 | 10 | 0.01 |" in text
    assert "The cost of indexing grows with the power 1.00 of the number of passages." in text
    assert "The cost of a search grows with the power 0.50 of the number of passages." in text
    read = json.loads(page.with_suffix(".json").read_text("utf-8"))
    assert read["results"]["model"] == MODEL
    assert [one["chunks"] for one in read["scale"]] == [100, 1000, 10_000]


def test_the_charts_are_drawn_and_shown(page: Path) -> None:
    pytest.importorskip("matplotlib")
    for chart in (RATIOS, GROWTH):
        assert (page.parent / chart).read_bytes().startswith(b"\x89PNG")
        assert f"]({chart})" in page.read_text("utf-8")


def test_growth_is_the_slope_between_logarithms() -> None:
    assert growth([1, 10, 100], [3, 30, 300]) == pytest.approx(1)
    assert growth([1, 10, 100], [7, 7, 7]) == pytest.approx(0)
