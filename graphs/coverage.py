"""How much of a question a passage speaks of: the share of the question's words that it has, too.

A small model and an embedding both tell whether a passage is about the matter, and both overlook the one word
that it never mentions. Words are the same if their stems are (the English stemmer of Snowball, Porter 2001):
“retries” is found in “retried”.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from rag.passage import Passage
from rag.words import telling_words, words


@dataclass(frozen=True, slots=True)
class Coverage:
    """The telling words of a question, in its order."""

    found: tuple[str, ...]
    """Those that the passages have."""
    missing: tuple[str, ...]
    """Those that they never mention."""

    @classmethod
    def of(cls, question: str, passages: Iterable[Passage]) -> Coverage:
        """Look for the words of a question in passages, their headings and paths.

        Args:
            question: The question.
            passages: What is quoted from; together they count as one.
        """
        told = {stem(word) for passage in passages for word in words(_shown(passage))}
        asked = telling_words(question)
        return cls(
            found=tuple(word for word in asked if stem(word) in told),
            missing=tuple(word for word in asked if stem(word) not in told),
        )

    @property
    def share(self) -> float:
        """Share of the words that are found, 0 to 1; 1 where nothing was asked."""
        return len(self.found) / (len(self.found) + len(self.missing)) if self.missing else 1.0


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return a lower-case word without its English ending."""
    # A stemmer keeps the word that it works on: one for all threads would mix their words up.
    stemmed: str = snowballstemmer.stemmer("english").stemWord(word)
    return stemmed


def _shown(passage: Passage) -> str:
    return f"{passage.path} {passage.heading} {passage.text}"
