"""The rows of evaluation files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent.errors import HomespunError
from corpora.wells import CorpusError, Row, read_rows


def read_evaluation(path: Path, fields: Sequence[str], limit: int | None = None) -> list[Row]:
    """Read the rows of a JSON Lines file, plain or xz, and see that they have the fields they need.

    Raises:
        HomespunError: The file cannot be read, is empty, or a row lacks a field.
    """
    rows: list[dict[str, Any]] = []
    try:
        for row in read_rows(path):
            rows.append(row)
            if limit is not None and len(rows) >= limit:
                break
    except (CorpusError, OSError, UnicodeDecodeError, EOFError) as error:
        raise HomespunError(f"{path} cannot be evaluated: {error}") from error
    if not rows:
        raise HomespunError(f"{path} holds no rows: give a file of JSON Lines.")
    for number, row in enumerate(rows, 1):
        missing = [name for name in fields if not isinstance(row, dict) or name not in row]
        if missing:
            raise HomespunError(f"Line {number} of {path} lacks {', '.join(map(repr, missing))}.")
    return rows
