"""Join passages that follow each other in a file, so that a reader gets one text instead of two halves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

from rag.passage import Passage
from rag.storage.store import HEADING_JOINT

_WIDEST_GAP = 1000
"""Characters between two passages that are still looked at: white space between neighbours is shorter."""


def merge_neighbours(
    passages: Iterable[Passage], k: int, text_of: Callable[[str], str], fits: Callable[[str], bool]
) -> list[Passage]:
    """Return at most `k` passages; one that adjoins a better one becomes part of it.

    Args:
        passages: Best first.
        k: How many to return.
        text_of: Gives the text of a document by path, an empty one where it is gone.
        fits: Tells whether a joined text is still short enough.
    """
    text_of = cache(text_of)  # most passages lie in few documents, and each text is unpacked
    kept: list[Passage] = []
    for passage in passages:
        for position, better in enumerate(kept):
            joined = _joined(better, passage, text_of)
            if joined is not None and fits(joined.text):
                kept[position] = joined
                break
        else:
            if len(kept) == k:
                break
            kept.append(passage)
    return kept


def _joined(better: Passage, other: Passage, text_of: Callable[[str], str]) -> Passage | None:
    first, second = sorted((better, other), key=lambda passage: passage.start)
    if better.path != other.path or better.page != other.page or not _related(first.heading, second.heading):
        return None
    if second.start - first.end > _WIDEST_GAP:
        return None
    text = text_of(better.path)
    if any(text[one.start : one.end] != one.text for one in (first, second)):
        return None  # the file was indexed anew, or left the index, since the search
    if text[first.end : second.start].strip():
        return None
    return replace(
        better,
        text=text[first.start : second.end],
        start=first.start,
        end=second.end,
        start_line=first.start_line,
        end_line=second.end_line,
        heading=min(first.heading, second.heading, key=len),
        lines=first.lines
        + tuple((offset + second.start - first.start, line) for offset, line in second.lines),
    )


def _related(first: str, second: str) -> bool:
    """Tell whether one heading path holds the other."""
    shorter, longer = sorted((first, second), key=len)
    return not shorter or longer == shorter or longer.startswith(shorter + HEADING_JOINT)
