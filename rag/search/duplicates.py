"""Leave out passages that repeat a better one almost word for word."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.passage import Passage

_WORD = re.compile(r"\w+")
_SHINGLE = 3
_SAME = 0.85


def without_near_duplicates(passages: Iterable[Passage]) -> list[Passage]:
    """Keep the first of passages that share nearly all runs of three words."""
    kept: list[tuple[Passage, frozenset[tuple[str, ...]]]] = []
    for passage in passages:
        shingles = _shingles(passage.text)
        if all(_overlap(shingles, other) < _SAME for _, other in kept):
            kept.append((passage, shingles))
    return [passage for passage, _ in kept]


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    size = min(_SHINGLE, max(1, len(words)))
    return frozenset(tuple(words[start : start + size]) for start in range(max(1, len(words) - size + 1)))


def _overlap(first: frozenset[tuple[str, ...]], second: frozenset[tuple[str, ...]]) -> float:
    return len(first & second) / max(1, len(first | second))
