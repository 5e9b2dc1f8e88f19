"""What is held out: rows that no example is made of, written out as evaluation files.

A passage is held out with all of its questions, a dialogue with all of its turns. Rows of sentences name no
passage: those that share a sentence with what is held out are left out of training.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from corpora.passages import WORD, sentences
from corpora.wells import Row, share_of

HELD_OUT = 0.04
"""Share of the groups that are held out."""

LARGEST = 800
"""Rows of a development file."""

DEVELOPMENT_SEED = 1_000_003
"""Of the synthetic requests and tasks that are held out; no run trains with it."""


def is_held_out(row: Row) -> bool:
    """Whether a row belongs to the development set."""
    return share_of(_group(row), "development") < HELD_OUT


def _group(row: Row) -> str:
    """Name what a row must not be parted from: its text, its document or its dialogue."""
    for key in ("title", "passage", "document"):
        if row.get(key):
            return str(row[key])
    for key in ("history", "messages"):
        if row.get(key):
            return str(row[key][0]["content"])
    return str(row.get("question") or row.get("query") or row.get("text"))


def held_out_sentences(relevance: Iterable[Row], questions: Iterable[Row]) -> set[str]:
    """Return the sentences that held-out rows are measured on, as `plain` writes them.

    Args:
        relevance: All rows of `relevance.jsonl`: the relevant sentences count.
        questions: All rows of `qa.jsonl`: every sentence of their passages counts.
    """
    measured = {
        row["candidates"][number] for row in filter(is_held_out, relevance) for number in row["relevant"]
    }
    for passage in {row["passage"] for row in filter(is_held_out, questions)}:
        measured.update(sentences(passage))
    return {text for sentence in measured if (text := plain(sentence))}


def plain(sentence: str) -> str:
    """Return the words of a sentence alone: sources differ in case, white space and punctuation."""
    return " ".join(WORD.findall(sentence.lower()))


def write_development(folder: Path, name: str, rows: Iterable[Row]) -> int:
    """Write a development file, its rows in a fixed mixed order; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(rows, key=lambda row: share_of(json.dumps(row, sort_keys=True), "order"))
    chosen = ordered[:LARGEST]
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in chosen)
    (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return len(chosen)
