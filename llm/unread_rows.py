"""The held-out rows that weights have not read: a list of digests beside them.

What a corpus holds out hangs on rules, and rules are mended. Weights that go on from older ones may have read
a row that is held out today. So weights name the held-out rows that no run behind them read, and are measured
on these alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from llm.replaced_file import replaced_file

UNREAD_FILE = "unread_rows.txt"
"""In the weights folder; a digest a line."""

DEVELOPMENT_FOLDER = "development"
"""Of a corpus: files of JSON Lines with the rows that its examples leave out."""


def row_digest(row: Mapping[str, Any]) -> str:
    """Return what a row is known by: 12 hexadecimal digits."""
    return _digest(json.dumps(row, ensure_ascii=False).encode())


def unread_only(rows: Sequence[dict[str, Any]], weights: Path) -> list[dict[str, Any]]:
    """Return the rows that weights are known not to have read.

    Weights without a list have read none; rows none of which is on the list are of a corpus that the weights
    never saw.
    """
    unread = _read(weights)
    known = [row for row in rows if row_digest(row) in unread]
    return known or list(rows)


def write_unread(weights: Path, corpus: Path, start: Path | None) -> None:
    """List what the runs behind new weights left unread.

    Args:
        weights: The folder of the new weights.
        corpus: What they were trained on; one without a development folder shares nothing with held-out rows.
        start: The folder of the weights that they started from.
    """
    before = _read(start) if start is not None else frozenset()
    files = sorted((corpus / DEVELOPMENT_FOLDER).glob("*.jsonl"))
    here = frozenset(_digest(line) for file in files for line in file.read_bytes().splitlines())
    unread = before & here if before and here else before or here
    if unread:
        with replaced_file(weights / UNREAD_FILE) as file:
            file.write_text("".join(f"{digest}\n" for digest in sorted(unread)), "ascii")


def _digest(line: bytes) -> str:
    return hashlib.blake2b(line, digest_size=6).hexdigest()


def _read(weights: Path) -> frozenset[str]:
    file = weights / UNREAD_FILE
    return frozenset(file.read_text("ascii").split()) if file.exists() else frozenset()
