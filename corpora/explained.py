"""What a thing is, asked over the sentences of a document that speak of it.

One of them says what it is or does; the others mention it: who found it, when, in what size, beside
what. To a model that has seen questions about particulars alone, they all look like answers to “What is
dropout?”.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpora.passages import sentences
from corpora.selfmade import PRONOUNS
from corpora.tasks.reading import Reading
from corpora.text import made_of_shards
from corpora.wells import read_rows

_THING = (
    r"^(?P<article>An? |The )?(?P<thing>[A-Z]?[\w\-'\u2019]+(?: [\w\-'\u2019]+){0,2}?)"
    r"(?: \([^)]{1,60}\)"
    r"|, (?:also|often|sometimes|commonly|or|usually|formerly|called|known|short for) [^,]{1,60},)?"
)
_DOING = (
    "adds applies breaks captures collects combines compares computes connects contains controls converts "
    "creates defines delivers denotes describes detects determines divides encodes estimates finds gives "
    "groups handles helps holds keeps lets makes manages maps means measures predicts prevents produces "
    "protects provides records reduces refers removes replaces represents searches selects separates "
    "serves simulates solves splits stands stores trains transfers transforms translates uses"
)
"""Verbs with which documents say what something does."""
_IS = re.compile(
    rf"{_THING} (?P<verb>is|are) (?P<what>(?:an?|the|one|any|when|how|what) [^.;]{{12,220}})[.;]"
)
_DOES = re.compile(rf"{_THING} (?P<verb>)(?P<what>(?:{'|'.join(_DOING.split())}) [^.;]{{12,220}})[.;]")

_PROSE = re.compile(r"[A-Z][^\n|{}<>=\\#*`]{25,260}[.!?]")
_NO_THING = re.compile(
    r"\b(?:if|when|since|now|below|above|also|another|only|first|second|last|next|following|very|example|way|idea"
    r"|thing|goal|purpose|reason|problem|result|and|or|of|in|on|at|by|you|your|not|so|but|as|for|to|each|every|some"
    r"|most|many|such|one|other|same|both|these|those|this|that|all|no|his|her|its|their|our|my|was|were|be|been"
    r"|chapter|section|figure|table|author|answer|term|word)\b",
    re.IGNORECASE,
)
_OF_WHAT_IT_IS = (
    "What is {it}?", "What is {it}?", "What is {it}?", "what is {it}", "What's {it}?", "what's {it}",
    "Define {it}.", "What is meant by {it}?", "What does {it} mean?", "Explain {it}.",
    "Can you explain {it}?", "{it}?", "I'd like to know what {it} is.", "Tell me what {it} is.",
    "Do you know what {it} is?", "Give me a definition of {it}.", "Please explain what {it} is.",
)  # fmt: skip
_OF_WHAT_THEY_ARE = (
    "What are {it}?", "What are {it}?", "what are {it}", "Define {it}.", "What is meant by {it}?",
    "Explain {it}.", "{it}?", "Tell me what {it} are.", "Can you explain {it}?",
)  # fmt: skip
_OF_WHAT_IT_DOES = (
    "What is {it}?", "What is {it}?", "what is {it}", "What does {it} do?", "what does {it} do",
    "How does {it} work?", "how does {it} work", "Explain {it}.", "What is {it} good for?",
    "What's {it} for?", "Explain what {it} does.", "{it}?",
)  # fmt: skip
_FEWEST_MENTIONS = 2
"""Sentences beside the one that explains that must speak of a thing: there is nothing to choose without."""
_MOST_MENTIONS = 4
_A_DOCUMENT = 4
"""Most readings of one document."""
_ARTICLE = 0.8
"""Share of the things that are asked for with the article that the text gives them."""


def readings(folder: Path, count: int, seed: int) -> Iterator[Reading]:
    """Return readings made of the shards of a folder, evenly over all of them."""
    return made_of_shards(folder, count, seed, readings_of)


def readings_of(path: Path, draw: random.Random) -> Iterator[Reading]:
    """Yield readings made of one shard."""
    for row in read_rows(path):
        yield from _of_document(row["text"], row["source"].split("/")[0], draw)


def _of_document(text: str, well: str, draw: random.Random) -> Iterator[Reading]:
    prose = [sentence for sentence in sentences(text) if _PROSE.fullmatch(sentence)]
    found: dict[str, tuple[str, re.Match[str]]] = {}
    for sentence in prose:
        match = explanation(sentence)
        if match:
            found.setdefault(match["thing"].lower(), (sentence, match))
    drawn = draw.sample(sorted(found), min(2 * _A_DOCUMENT, len(found)))
    made = (_reading(*found[thing], prose, well, draw) for thing in drawn)
    yield from [reading for reading in made if reading][:_A_DOCUMENT]


def explanation(sentence: str) -> re.Match[str] | None:
    """Return the match of a sentence that says what a `thing` is or does, which is its `what`."""
    match = _IS.match(sentence) or _DOES.match(sentence)
    if match is None or _NO_THING.search(match["thing"]) or match["thing"].lower() in PRONOUNS:
        return None
    return match if len(match["thing"]) > 1 else None


def _reading(
    sentence: str, match: re.Match[str], prose: Sequence[str], well: str, draw: random.Random
) -> Reading | None:
    spoken_of = re.compile(rf"\b{re.escape(match['thing'])}", re.IGNORECASE)
    mentions = [
        other
        for other in dict.fromkeys(prose)
        if spoken_of.search(other) and not _explains(other, match["thing"])
    ]
    if len(mentions) < _FEWEST_MENTIONS:
        return None
    shown = draw.sample(mentions, min(len(mentions), draw.randint(_FEWEST_MENTIONS, _MOST_MENTIONS)))
    shown.insert(draw.randint(0, len(shown)), sentence)
    passage = " ".join(shown)
    return Reading(well, _question(match, passage, draw), passage, (match["what"].rstrip(","),))


def _explains(sentence: str, thing: str) -> bool:
    match = explanation(sentence)
    return match is not None and match["thing"].lower() == thing.lower()


def _question(match: re.Match[str], passage: str, draw: random.Random) -> str:
    forms = {"is": _OF_WHAT_IT_IS, "are": _OF_WHAT_THEY_ARE}.get(match["verb"], _OF_WHAT_IT_DOES)
    article = match["article"] if match["article"] and draw.random() < _ARTICLE else ""
    thing = match["thing"]
    is_common = bool(article or re.search(rf"\b{re.escape(thing.lower())}", passage))
    if is_common and thing[1:].islower():
        thing = thing.lower()  # the capital was that of its sentence
    return draw.choice(forms).format(it=article.lower() + thing)
