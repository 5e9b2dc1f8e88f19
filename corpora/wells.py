"""The wells: files of JSON Lines, plain or compressed with xz, that examples are made from."""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]
"""One object of a JSON Lines file."""


class CorpusError(Exception):
    """Something about the training data that the person can mend; the message says what and how."""


def require(path: Path) -> None:
    """Refuse to go on without a file.

    Raises:
        CorpusError: It is missing.
    """
    if not path.exists():
        raise CorpusError(f"The data file {path} is missing: name the folder that holds it.")


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the objects of a `.jsonl` or `.jsonl.xz` file; blank lines hold none.

    Raises:
        CorpusError: The file is missing or damaged, or a line is no JSON; the line is named.
    """
    return (row for _, row in read_numbered_rows(path))


def read_numbered_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield what `read_rows` yields, each with the number of its line.

    Raises:
        CorpusError: The file is missing or damaged, or a line is no JSON; the line is named.
    """
    require(path)
    opener = lzma.open if path.suffix == ".xz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig") as file:  # some programs begin a file with a mark
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _row(line, number, path)
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise CorpusError(f"The data file {path} cannot be read ({error}): restore it.") from error


def _row(line: str, number: int, path: Path) -> Row:
    try:
        row: Row = json.loads(line)
    except json.JSONDecodeError as error:
        raise CorpusError(f"Line {number} of {path} is no JSON: {error.msg}.") from error
    return row


def share_of(key: str, salt: str = "") -> float:
    """Return a number from 0 to 1 that depends on the key alone, evenly spread.

    It decides what is held out: everything with the same key falls on the same side.
    """
    digest = hashlib.blake2b(f"{salt}\0{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
