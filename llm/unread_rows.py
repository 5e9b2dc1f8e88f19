"""The held-out rows that weights have not read: a list of digests beside them.

What a corpus holds out hangs on rules, and rules are mended. Weights that go on from older ones may have read
a row that is held out today. So weights name the held-out rows that no run behind them read, and are measured
on these alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from llm.replaced_file import replaced_file
from llm.weights_folder import find_tool_weights

UNREAD_FILE = "unread_rows.txt"
"""In the weights folder; a digest a line."""

DEVELOPMENT_FOLDER = "development"
"""Of a corpus: files of JSON Lines with the rows that its examples leave out."""


def row_digest(row: Mapping[str, Any]) -> str:
    """Return what a row is known by: 12 hexadecimal digits."""
    return _digest(json.dumps(row, ensure_ascii=False).encode())


def unread_only(rows: Sequence[dict[str, Any]], folder: Path, weights: Path) -> list[dict[str, Any]]:
    """Return the rows that weights are known not to have read.

    Weights without a list have read none; nor have they read a folder none of whose rows is on the list,
    which is of a corpus that they never saw.

    Args:
        rows: Those of a file.
        folder: The development folder that the file is in.
        weights: The weights folder; what its weights for tools have read counts as well.
    """
    lists = _lists({weights, find_tool_weights(weights)})
    here = _digests(folder)
    if all(unread.isdisjoint(here) for unread in lists):
        return list(rows)
    return [row for row in rows if all(row_digest(row) in unread for unread in lists)]


def write_unread(weights: Path, corpus: Path, origins: Iterable[Path] = ()) -> None:
    """List what the runs behind new weights left unread.

    Args:
        weights: The folder of the new weights.
        corpus: What they were trained on; one without a development folder shares nothing with held-out rows.
        origins: The folders of other weights that they come from.
    """
    here = _digests(corpus / DEVELOPMENT_FOLDER)
    lists = [*_lists(origins), *([here] if here else [])]
    if lists:
        unread = frozenset.intersection(*lists)
        with replaced_file(weights / UNREAD_FILE) as file:
            file.write_text("".join(f"{digest}\n" for digest in sorted(unread)), "ascii")


def _digest(line: bytes) -> str:
    return hashlib.blake2b(line, digest_size=6).hexdigest()


def _digests(folder: Path) -> frozenset[str]:
    files = sorted(folder.glob("*.jsonl"))
    return frozenset(_digest(line) for file in files for line in file.read_bytes().splitlines())


def _lists(folders: Iterable[Path]) -> list[frozenset[str]]:
    """Return the digests of each list that is there."""
    files = (folder / UNREAD_FILE for folder in folders)
    return [frozenset(file.read_text("ascii").split()) for file in files if file.exists()]
