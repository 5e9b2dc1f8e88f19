"""Short questions about concepts, such as “What is label smoothing?”.

Such questions look like small talk (“What is your name?”) to a model that has seen questions about long
texts alone. The concepts are those which the pretraining text defines.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from corpora.selfmade import definitions
from corpora.text import made_of_shards
from corpora.wells import read_rows

_FORMS = (
    "What is {it}?", "What is {it}?", "What's {it}?", "what is {it}", "what's {it}", "What are {it}s?",
    "What does {it} mean?", "What does {it} do?", "Define {it}.", "define {it}", "Explain {it}.",
    "Can you explain {it}?", "Please explain {it} to me.", "Explain what {it} is", "How does {it} work?",
    "how does {it} work", "Tell me about {it}.", "tell me more about {it}", "What do you know about {it}?",
    "Why do I need {it}?", "What is {it} good for?", "What is {it} used for?", "When should I use {it}?",
    "How do I use {it}?", "How do I set {it}?", "how to use {it}", "Which {it} is the default?",
    "What kinds of {it} are there?", "Which {it} should I choose?", "{it}?", "{it}",
    "What's the difference between {it} and {other}?", "Is {it} the same as {other}?",
    "{it} or {other}?", "How are {it} and {other} related?", "I'd like to know what {it} is.",
    "Do you know what {it} means?", "What is meant by {it}?", "Give me a definition of {it}.",
)  # fmt: skip
_NO_CONCEPT = re.compile(
    r"\b(if|when|since|now|below|above|also|another|only|first|second|last|next|following|very|example|way|idea"
    r"|thing|goal|purpose|reason|problem|result|and|or|of|in|on|at|by|you|your|not|there|here|so|but|as|for|to)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 3
_ARTICLE = 0.6
"""Share of the concepts that are asked for with an article, where a text has one."""


def concept_questions(folder: Path, count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Return wells and questions about concepts of the shards of a folder, evenly over all of them."""
    return made_of_shards(folder, count, seed, _asked)


def _asked(path: Path, draw: random.Random) -> Iterator[tuple[str, str]]:
    named = ((well, _named(match, draw)) for well, match in _concepts(path))
    for (well, it), (_, other) in pairwise(named):
        yield well, draw.choice(_FORMS).format(it=it, other=other)


def _concepts(path: Path) -> Iterator[tuple[str, re.Match[str]]]:
    known = set()
    for row in read_rows(path):
        for _, match in definitions(row["text"]):
            thing = match["thing"]
            is_short = len(thing.split()) <= _MOST_WORDS and match["verb"] == "is"
            if is_short and thing not in known and not _NO_CONCEPT.search(thing):
                known.add(thing)
                yield row["source"].split("/")[0], match


def _named(match: re.Match[str], draw: random.Random) -> str:
    """Name a concept as people do: an article is kept now and then, a capital where it is part of a name."""
    article = re.match(r"(?:A|An|The) ", match[0])
    is_kept = article is not None and draw.random() < _ARTICLE
    return (article[0].lower() if article and is_kept else "") + match["thing"]
