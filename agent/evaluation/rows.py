"""The rows of evaluation files."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from agent.errors import HomespunError
from agent.evaluation.row_shapes import SHAPES
from agent.parts.models import is_foreign
from corpora.wells import Row, read_numbered_rows
from llm.unread_rows import unread_only
from llm.weights_folder import find_weights


def read_evaluation(path: Path, measured: str, limit: int | None = None) -> list[Row]:
    """Read the rows of a JSON Lines file, plain or xz, and see that they have the shape they need.

    Args:
        path: The file.
        measured: What is measured on it, a key of `SHAPES`.
        limit: Most rows, from the first; all by default.

    Raises:
        CorpusError: The file cannot be read.
        HomespunError: It is empty, or a row has another shape; its line is named.
    """
    numbered = list(islice(read_numbered_rows(path), limit))
    if not numbered:
        raise HomespunError(f"{path} holds no rows: give a file of JSON Lines.")
    for number, row in numbered:
        if complaint := SHAPES[measured].complaint(row):
            raise HomespunError(f"Line {number} of {path} {complaint}.")
    return [row for _, row in numbered]


def read_held_out(path: Path, measured: str, model: str) -> list[Row]:
    """Read the rows of a development file that a model is known not to have read.

    Args:
        path: The file.
        measured: What is measured on it, a key of `SHAPES`.
        model: Shipped model, weights folder, or a model of another provider, for which all rows count.

    Raises:
        CorpusError: The file cannot be read.
        HomespunError: It is empty, or a row has another shape.
        WeightsError: There are no such weights.
    """
    rows = read_evaluation(path, measured)
    return rows if is_foreign(model) else unread_only(rows, path.parent, find_weights(model))


def measured_half(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a development file that are measured on: its first half, the larger one."""
    return list(rows[: (len(rows) + 1) // 2])


def fitted_half(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a development file that calibration is fitted to: those not measured on."""
    return list(rows[(len(rows) + 1) // 2 :])
