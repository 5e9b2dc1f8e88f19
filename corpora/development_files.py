"""The development files: what is held out of each well, as `python main.py eval` reads it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from corpora import explained
from corpora.development import DEVELOPMENT_SEED, LARGEST, is_held_out, write_development
from corpora.passages import sentences
from corpora.questioned_folder import questioned_folder
from corpora.supervised import ROUTED, WellName, Wells, requests_to_call, requests_to_route
from corpora.tasks.conversation import routes as routes_of
from corpora.tasks.tool import choice_question, tool_questions
from corpora.wells import Row
from corpora.worlds.requests import requests
from corpora.written_texts import written_questions


def write_development_files(wells: Wells, folder: Path, seed: int) -> dict[str, int]:
    """Write what is held out, the same rows for the same data and seed.

    Args:
        wells: The data.
        folder: Where to; made if missing.
        seed: Of the training examples, which no held-out request may equal.

    Returns:
        How many rows each file has.

    Raises:
        CorpusError: A file of the data is damaged.
    """
    names: tuple[WellName, ...] = ("qa", "relevance", "rewrite", "tools", "tool_choice", *ROUTED)
    held_out = {name: list(filter(is_held_out, wells.rows(name))) for name in names}
    routes = routes_of(**{name: held_out[name] for name in ROUTED}, questions=held_out["qa"])
    files = {
        "reading": held_out["qa"],
        "relevance": held_out["relevance"],
        "rewrite": held_out["rewrite"],
        "tools": [question for row in held_out["tools"] for question in tool_questions(row)],
        "tool_choice": [choice_question(row) for row in held_out["tool_choice"]],
        "requests": held_out_requests(seed),
        "written": list(filter(is_held_out, written_questions())),
        "definitions": list(_definitions(wells.validation)),
        "route": [{"text": text, "route": reply, "source": row["source"]} for row, text, reply in routes],
    }
    made = questioned_folder(wells.rows("docqa_documents"), wells.rows("docqa_questions"))
    made.write(folder / "folder")
    files["folder"], files["folder_calibration"] = made.halves()
    return {name: write_development(folder, name, rows) for name, rows in files.items()}


def _definitions(text: Path) -> Iterator[Row]:
    """Yield questions about what a thing is, as rows for reading and for relevance."""
    for reading in explained.readings_of(text, random.Random(DEVELOPMENT_SEED)):
        candidates = sentences(reading.passage)
        yield {
            "source": reading.well,
            "passage": reading.passage,
            "question": reading.question,
            "answers": list(reading.answers),
            "answerable": True,
            "candidates": candidates,
            "relevant": [number for number, text in enumerate(candidates) if text == reading.support],
        }


def held_out_requests(seed: int) -> list[Row]:
    """Make the synthetic requests that are held out: none that training draws, word for word."""
    drawn = {_said(row) for row in (*requests_to_call(seed), *requests_to_route(seed))}
    return [row for row in requests(LARGEST, DEVELOPMENT_SEED) if _said(row) not in drawn]


def _said(row: Row) -> tuple[str, ...]:
    return tuple(message["content"] for message in row["messages"])
