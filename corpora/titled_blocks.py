"""Markdown files of the training data that hold one thing after another, each below a title of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from corpora.wells import CorpusError

T = TypeVar("T")

_TITLE = re.compile(r"^# +", re.MULTILINE)


def read_blocks(files: Iterable[Path], read: Callable[[str, str], Iterable[T]]) -> Iterator[T]:
    """Yield what is read of each block of the files, in order.

    Args:
        files: Markdown files; a line that begins with `# ` is a title.
        read: Takes a title and what stands below it; a ValueError says what is wrong with the block.

    Raises:
        CorpusError: A block does not keep to its form; its title and file are named.
    """
    for file in files:
        for block in _TITLE.split(file.read_text(encoding="utf-8"))[1:]:
            title, _, body = block.partition("\n")
            try:
                yield from read(title.strip(), body)
            except ValueError as error:
                raise CorpusError(f"“{title.strip()}” in {file.name}: {error}.") from error
