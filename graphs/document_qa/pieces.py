"""Pieces of a passage that is longer than the model reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from graphs.sentences import sentences
from rag.passage import Passage


def cut(passage: Passage, fits: Callable[[Passage], bool]) -> list[Passage]:
    """Return a passage, or its halves, cut between sentences, until each fits; places stay exact.

    Where what is shown with it leaves it no room, no piece would fit: then it stays whole.
    """
    if fits(passage) or not fits(replace(passage, text="")):
        return [passage]
    return _halved(passage, fits)


def _halved(passage: Passage, fits: Callable[[Passage], bool]) -> list[Passage]:
    length = len(passage.text)
    if length < 2 or fits(passage):
        return [passage]
    beginnings = [start for start, _ in sentences(passage.text) if start] or [length // 2]
    middle = min(beginnings, key=lambda start: abs(start - length // 2))
    halves = passage.part(0, middle), passage.part(middle, length)
    return [piece for half in halves for piece in _halved(half, fits)]
