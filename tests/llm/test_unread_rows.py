"""The list of held-out rows that weights have not read, from run to run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm.unread_rows import DEVELOPMENT_FOLDER, UNREAD_FILE, unread_only, write_unread
from llm.weights_folder import TOOL_WEIGHTS

ROWS = [{"question": f"Wie heißt Nummer {number}?", "answers": [], "n": number} for number in range(6)]


def corpus(folder: Path, rows: list[dict[str, Any]]) -> Path:
    development = folder / DEVELOPMENT_FOLDER
    development.mkdir(parents=True)
    for place in (0, 1):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows[place::2])
        (development / f"{place}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    return folder


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """Return a development folder with all rows."""
    return corpus(tmp_path / "measured", ROWS) / DEVELOPMENT_FOLDER


def test_weights_without_a_list_have_read_no_row(measured: Path, weights: Path) -> None:
    assert unread_only(ROWS, measured, weights) == ROWS


def test_what_a_later_run_reads_is_no_longer_unread(tmp_path: Path, measured: Path, weights: Path) -> None:
    write_unread(weights, corpus(tmp_path / "first", ROWS[:4]))
    assert unread_only(ROWS, measured, weights) == ROWS[:4]
    later = tmp_path / "later"
    later.mkdir()
    write_unread(later, corpus(tmp_path / "second", ROWS[2:]), [weights])
    assert unread_only(ROWS, measured, later) == ROWS[2:4]


def test_a_file_that_was_read_whole_has_no_unread_rows(tmp_path: Path, measured: Path, weights: Path) -> None:
    write_unread(weights, corpus(tmp_path / "first", ROWS[:4]))
    assert unread_only(ROWS[4:], measured, weights) == []


def test_runs_that_read_what_each_other_left_leave_nothing_unread(tmp_path: Path, weights: Path) -> None:
    write_unread(weights, corpus(tmp_path / "first", ROWS[:3]))
    later = tmp_path / "later"
    later.mkdir()
    write_unread(later, corpus(tmp_path / "second", ROWS[3:]), [weights])
    assert (later / UNREAD_FILE).read_bytes() == b""


def test_a_corpus_that_holds_nothing_out_leaves_the_list_as_it_is(tmp_path: Path, weights: Path) -> None:
    write_unread(weights, corpus(tmp_path / "first", ROWS[:4]))
    tuned = tmp_path / "tuned"
    tuned.mkdir()
    write_unread(tuned, tmp_path / "documents", [weights])
    assert (tuned / UNREAD_FILE).read_bytes() == (weights / UNREAD_FILE).read_bytes()


def test_rows_of_another_corpus_are_all_unread(tmp_path: Path, weights: Path) -> None:
    write_unread(weights, corpus(tmp_path / "first", ROWS[:4]))
    other = corpus(tmp_path / "other", ROWS[4:]) / DEVELOPMENT_FOLDER
    assert unread_only(ROWS[4:], other, weights) == ROWS[4:]


def test_where_nothing_is_held_out_there_is_no_list(tmp_path: Path, weights: Path) -> None:
    write_unread(weights, tmp_path)
    assert not list(weights.iterdir())


def test_what_the_weights_for_tools_read_counts_as_well(
    tmp_path: Path, measured: Path, weights: Path
) -> None:
    tools = weights / TOOL_WEIGHTS
    tools.mkdir()
    write_unread(weights, corpus(tmp_path / "first", ROWS[:4]))
    write_unread(tools, corpus(tmp_path / "second", ROWS[2:]))
    assert unread_only(ROWS, measured, weights) == ROWS[:4]  # which are no weights yet
    (tools / "config.json").write_text("{}")
    assert unread_only(ROWS, measured, weights) == ROWS[2:4]
