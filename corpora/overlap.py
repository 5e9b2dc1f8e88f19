"""Leaks: examples that share words in a row with an evaluation file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpora.example import Example
from corpora.wells import read_rows

LENGTH = 8
"""Words in a row that count as shared."""

SHORTEST = 2
"""Words of a question that is compared as a whole; fewer, such as "yes", are said by everyone."""

ASKED = ("question", "standalone", "query", "text")
"""Fields of a row that hold what is asked."""

_WORD = re.compile(r"\w+")


class OverlapFilter:
    """Knows the questions of evaluation files.

    Args:
        files: JSON Lines files whose rows have one of the fields `ASKED`.

    Raises:
        CorpusError: A file is missing or damaged.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._known: set[int] = set()
        self._short: set[str] = set()
        for path in files:
            for row in read_rows(path):
                for name in ASKED:
                    if row.get(name):
                        self._learn(str(row[name]))

    def overlaps(self, example: Example) -> bool:
        """Whether an example holds eight words in a row, or the whole, of an evaluation question."""
        if not self._known and not self._short:
            return False
        text = "\n".join(message.text for message in example.messages[1:])
        if any(shingle in self._known for shingle in _shingles(text)):
            return True
        return any(" ".join(_words(line)) in self._short for line in _questions(text))

    def _learn(self, question: str) -> None:
        words = _words(question)
        if SHORTEST <= len(words) < LENGTH:
            self._short.add(" ".join(words))
        self._known.update(_shingles(question))


def _questions(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield line.removeprefix("Question: ").removeprefix("User: ")


def _shingles(text: str) -> Iterator[int]:
    words = _words(text)
    for start in range(len(words) - LENGTH + 1):
        yield hash(tuple(words[start : start + LENGTH]))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
