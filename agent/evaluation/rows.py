"""The rows of evaluation files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from agent.errors import HomespunError
from corpora.wells import Row, read_rows

FIELDS: Mapping[str, tuple[str, ...]] = {
    "reading": ("passage", "question", "answers", "answerable"),
    "relevance": ("question", "candidates", "relevant"),
    "rewrite": ("history", "question", "standalone"),
    "route": ("text", "route"),
    "tools": ("tools", "messages", "expected"),
    "language": ("text",),
    "documents": ("question", "answers"),
    "retrieval": ("question",),
}
"""What every row of a file holds, by what is measured on it."""


def read_evaluation(path: Path, measured: str, limit: int | None = None) -> list[Row]:
    """Read the rows of a JSON Lines file, plain or xz, and see that they have the fields they need.

    Args:
        path: The file.
        measured: What is measured on it, a key of `FIELDS`.
        limit: Most rows, from the first; all by default.

    Raises:
        CorpusError: The file cannot be read.
        HomespunError: It is empty, or a row lacks a field.
    """
    rows = list(islice(read_rows(path), limit))
    if not rows:
        raise HomespunError(f"{path} holds no rows: give a file of JSON Lines.")
    for number, row in enumerate(rows, 1):
        missing = [name for name in FIELDS[measured] if not isinstance(row, dict) or name not in row]
        if missing:
            raise HomespunError(f"Line {number} of {path} lacks {', '.join(map(repr, missing))}.")
    return rows


def measured_half(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a development file that are measured on: its first half, the larger one."""
    return list(rows[: (len(rows) + 1) // 2])


def fitted_half(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a development file that calibration is fitted to: those not measured on."""
    return list(rows[(len(rows) + 1) // 2 :])
