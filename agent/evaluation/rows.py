"""The rows of evaluation files."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from agent.errors import HomespunError
from corpora.wells import Row, read_rows


def read_evaluation(path: Path, fields: Sequence[str], limit: int | None = None) -> list[Row]:
    """Read the rows of a JSON Lines file, plain or xz, and see that they have the fields they need.

    Raises:
        CorpusError: The file cannot be read.
        HomespunError: It is empty, or a row lacks a field.
    """
    rows = list(islice(read_rows(path), limit))
    if not rows:
        raise HomespunError(f"{path} holds no rows: give a file of JSON Lines.")
    for number, row in enumerate(rows, 1):
        missing = [name for name in fields if not isinstance(row, dict) or name not in row]
        if missing:
            raise HomespunError(f"Line {number} of {path} lacks {', '.join(map(repr, missing))}.")
    return rows


def measured_half(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a development file that are measured on: its first half, the larger one."""
    return list(rows[: (len(rows) + 1) // 2])


def fitted_half(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a development file that calibration is fitted to: those not measured on."""
    return list(rows[(len(rows) + 1) // 2 :])
