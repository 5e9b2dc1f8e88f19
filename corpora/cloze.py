"""Questions made from sentences of the pretraining text: a name, a date, a number or a thing is asked for.

Lewis, Denoyer and Riedel 2019, "Unsupervised Question Answering by Cloze Translation": what is asked for is
cut out of its clause, a question word comes to the front, and words are lost on the way. Such questions
are clumsy, but there is one for every sentence, and they show what people's questions show: which words of a
text a question takes up, and what kind of span it wants.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpora.passages import STOP_WORDS, sentences
from corpora.tasks.reading import Reading
from corpora.text import made_of_shards
from corpora.wells import read_rows
from corpora.worlds.names import MONTHS

_MONTH = f"(?:{'|'.join(MONTHS)})"
_CAPITALISED = r"[A-Z][\w'\u2019\-]+"
_KINDS = {
    "date": re.compile(
        rf"\b(?:{_MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{4}}"
        r"|(?<=in )[12]\d{3})\b"
    ),
    "amount": re.compile(
        r"[$£€]\d[\d,.]*\d(?: (?:million|billion|trillion))?|\b\d[\d,.]*(?: ?%| percent\b| per cent\b)"
    ),
    "number": re.compile(
        r"\b(?:\d[\d,]*(?:\.\d+)?(?: million| billion)?"
        r"|two|three|four|five|six|seven|eight|nine|ten|twelve)\b(?= [a-z]{3,})"
    ),
    "name": re.compile(rf"(?<![.!?] )(?<!^)\b{_CAPITALISED}(?: (?:of |the |de |and )?{_CAPITALISED}){{0,3}}"),
    "subject": re.compile(
        rf"^{_CAPITALISED}(?: {_CAPITALISED}){{1,3}}(?= (?:is|was|were|has|had|[a-z]+ed)\b)"
    ),
    "thing": re.compile(
        r"\b(?:an?|the|their|its|his|her) (?:[a-z\-]+ ){0,3}[a-z\-]{3,}"
        r"(?=[,.;:)]| (?:of|in|for|to|that|which|with|by|and|is|was|are|were|on|from|as|at|when)\b)"
    ),
}
"""What is asked for, by its looks."""

_AUXILIARIES = frozenset(
    "is are was were has have had can could will would may might must should did does".split()
)
_PREPOSITIONS = frozenset("in on at by from of to for since with near during".split())
_PREPOSITIONAL = frozenset({"When", "Where", "What year", "In what year", "By whom", "Of what"})
"""Question words that stand for a preposition as well."""
_PLACES = frozenset("in at near from to".split())
_OF_PLACES = re.compile(
    r"\b(?:University|County|River|Lake|Island|Street|City|Republic|States|Kingdom|Party|Company|Act|War|Church"
    r"|Museum|School|Institute|Association|Council|Bay|Park|Mountain|Mount|Sea)s?\b"
)
_SENTENCE = re.compile(r"[A-Z\"“(][^\n|{}<>=\\#*`]{40,260}[.!?]")
"""Prose, not code or a table."""
_CLAUSE_END = re.compile(r"(?<=[,;:]) | (?=(?:and|but|while|which|who|because|although|where) )")
_FEWEST_WORDS = 4
_MOST_WORDS = 18
_PASSAGE_SENTENCES = 4
_A_DOCUMENT = 3
"""Most readings of one document."""


def readings(folder: Path, count: int, seed: int) -> Iterator[Reading]:
    """Return readings made of the shards of a folder, evenly over all of them."""
    return made_of_shards(folder, count, seed, _of_shard)


def _of_shard(path: Path, draw: random.Random) -> Iterator[Reading]:
    for row in read_rows(path):
        yield from _of_document(row["text"], row["source"], draw)


def _of_document(text: str, source: str, draw: random.Random) -> Iterator[Reading]:
    prose = [sentence for sentence in sentences(text) if _SENTENCE.fullmatch(sentence)]
    for place in draw.sample(range(len(prose)), min(_A_DOCUMENT, len(prose))):
        asked = ask(prose[place], draw)
        if asked is None:
            continue
        question, answer = asked
        first = max(0, place - draw.randrange(_PASSAGE_SENTENCES))
        around = prose[first : first + _PASSAGE_SENTENCES]
        others = " ".join(around[: place - first] + around[place - first + 1 :])
        if answer not in others:  # or it could be meant in another sentence
            yield Reading(source.split("/")[0], question, " ".join(around), (answer,))


def ask(sentence: str, draw: random.Random) -> tuple[str, str] | None:
    """Return a question about a sentence and its answer, a span of it; None where nothing stands out."""
    found = [(kind, match) for kind, pattern in _KINDS.items() for match in pattern.finditer(sentence)]
    kinds = sorted({kind for kind, _ in found})
    if not kinds:
        return None
    kind = draw.choice(kinds)
    match = draw.choice([match for one, match in found if one == kind])
    before, after = _clause(sentence, match, draw)
    words = _question_words(kind, match[0], before, draw)
    if kind == "number":
        words, after = " ".join([words, *after[:1]]), after[1:]
    if words in _PREPOSITIONAL and before and before[-1].lower() in _PREPOSITIONS:
        before = before[:-1]
    body = _turn(before, after)
    if not _FEWEST_WORDS <= len(body) <= _MOST_WORDS:
        return None
    return _write(words, _lose(body, draw), draw), match[0]


def _clause(sentence: str, match: re.Match[str], draw: random.Random) -> tuple[list[str], list[str]]:
    """Return the words before and after a match, of its clause or now and then of the whole sentence."""
    start, end = 0, len(sentence)
    if draw.random() < 0.7 or end > 160:
        ends = [found.end() for found in _CLAUSE_END.finditer(sentence)]
        start = max((place for place in ends if place <= match.start()), default=0)
        end = min((place for place in ends if place >= match.end() + 1), default=end)
    before, after = _words(sentence[start : match.start()]), _words(sentence[match.end() : end])
    if before and before[0].lower() in STOP_WORDS:
        before[0] = before[0].lower()
    return before, after


def _words(text: str) -> list[str]:
    return [word for word in (word.strip('.!?;:()"“”') for word in text.split()) if word not in ("", ",")]


def _question_words(kind: str, answer: str, before: Sequence[str], draw: random.Random) -> str:
    preceding = before[-1].lower() if before else ""
    if kind == "date":
        return draw.choice(("When", "When", "What year", "In what year")) if len(answer) == 4 else "When"
    if kind == "amount":
        return (
            "How much" if answer[0] in "$£€" else draw.choice(("What percentage", "How much", "What share"))
        )
    if kind == "number":
        return "How many"
    if kind == "thing":
        return draw.choice(("What", "What", "Which thing", "Of what", "What kind of thing"))
    is_of_place = _OF_PLACES.search(answer) is not None
    if preceding in _PLACES and draw.random() < (0.7 if is_of_place else 0.4):
        return "Where"
    is_person = not is_of_place and (preceding == "by" or kind == "subject" or len(answer.split()) == 2)
    if is_person and draw.random() < 0.7:
        return "By whom" if preceding == "by" and draw.random() < 0.3 else "Who"
    return draw.choice(("What", "What", "Which", "Who", "What is the name of what"))


def _turn(before: list[str], after: list[str]) -> list[str]:
    """Put the first auxiliary before the subject, as questions do, where the subject is not asked for."""
    for place, word in enumerate(before):
        if word in _AUXILIARIES and place:
            return [word, *before[:place], *before[place + 1 :], *after]
    return [*before, *after]


def _lose(words: list[str], draw: random.Random) -> list[str]:
    """Leave words out, adverbs above all, and a long ending."""
    kept = [word for word in words if draw.random() > (0.5 if word.endswith("ly") else 0.1)]
    most = draw.choice((8, 12, _MOST_WORDS))
    return [word.rstrip(",") if draw.random() < 0.7 else word for word in kept[:most]]


def _write(words: str, body: list[str], draw: random.Random) -> str:
    question = " ".join([words, *body]).rstrip(",;:")
    if draw.random() < 0.15:
        return question.lower()
    return question + "?"
