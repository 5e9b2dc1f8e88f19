"""Passages of the size that retrieval returns, cut from longer texts of the wells."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import lru_cache

from graphs.sentences import sentences as spans
from rag.passage import Passage

WORD = re.compile(r"\w+")

STOP_WORDS = frozenset(
    "a an and are as at be by did do does for from had has have how in is it its of on or that the "
    "their they this to was were what when where which who whose why will with".split()
)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, as the graphs see them."""
    return [text[start:end] for start, end in spans(text)]


def content_words(text: str) -> set[str]:
    """Return the lower-case words of a text that carry meaning."""
    return {word for word in WORD.findall(text.lower()) if word not in STOP_WORDS}


def overlap(question: str, text: str) -> float:
    """Return the share of a question's content words that a text holds, 0 to 1."""
    words = content_words(question)
    return len(words & content_words(text)) / len(words) if words else 0.0


@lru_cache(maxsize=64)
def windows(text: str, characters: int) -> tuple[str, ...]:
    """Cut a text at sentence ends into pieces of about a number of characters, in order."""
    pieces: list[str] = []
    first = last = 0
    for start, end in spans(text):
        if last > first and end - first > characters:
            pieces.append(text[first:last])
            first = start
        last = end
    return (*pieces, text[first:last]) if last > first else ()


def find_span(text: str, words: str) -> str | None:
    """Return a span of a text that says some words, whatever white space stands between them.

    It begins and ends where words do: "no" is not said by "know".
    """
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    if not pattern:
        return None
    begins = r"(?<!\w)" if WORD.match(words.strip()) else ""
    ends = r"(?!\w)" if WORD.match(words.strip()[-1]) else ""
    found = re.search(begins + pattern + ends, text)
    return found.group() if found else None


def passage(text: str, heading: str = "") -> Passage:
    """Make a passage of a training text; its place does not matter."""
    return Passage(text, "example", 0, len(text), 1, 1, heading=heading)


HARDNESS = (1, 1, 2, 4, 24)
"""Among how many texts a distractor is picked: one is random, 24 the likest. If all were the likest,
nothing would show the model that shared words are a good sign to begin with."""


def distractor(
    question: str, candidates: Sequence[str], answers: Sequence[str], draw: random.Random
) -> str | None:
    """Return a text that holds none of a question's answers, the likest to it among a few drawn."""
    drawn = draw.sample(candidates, min(draw.choice(HARDNESS), len(candidates)))
    ranked = sorted(drawn, key=lambda text: -overlap(question, text))
    for text in ranked:
        if not any(find_span(text, answer) for answer in answers):
            return text
    return None
