"""Questions made from the pretraining text itself: definitions, and what a section is about.

"Gradient descent is an iterative method …" answers "What is gradient descent?"; the first sentence
under a heading of a manual answers how to do what the heading says. Nobody wrote these questions, so
they are plenty and a little dull; they teach the manner of documentation.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

from corpora.passages import sentences
from corpora.tasks.reading import Reading
from corpora.text import made_of_shards
from corpora.wells import read_rows, share_of

DEFINITION = re.compile(
    r"^(?:(?:A|An|The) )?(?P<thing>[A-Z]?[\w\-' ]{2,40}?)(?: \([^)]{1,60}\))?"
    r" (?P<verb>is|was|are|were) (?P<what>(?:an?|the|one) [^.;]{12,160})"
)
"""A sentence that says what something is."""

HEADING = re.compile(r"^#{1,4} (?P<title>[A-Z][^\n]{6,60})\n+(?P<body>[A-Z][^\n#]{60,1500})", re.MULTILINE)
"""A heading with the paragraph below it."""

PRONOUNS = frozenset("it this that these those he she they there which who what we you".split())

LONGEST_PASSAGE = 1200
"""Characters of a passage."""


def readings(folder: Path, count: int, seed: int) -> Iterator[Reading]:
    """Return readings made of the shards of a folder, evenly over all of them."""
    return made_of_shards(folder, count, seed, _from_documents)


def _from_documents(path: Path, draw: random.Random) -> Iterator[Reading]:
    for row in read_rows(path):
        text, well = row["text"], row["source"].split("/")[0]
        found = [*_definitions(text, well), *_sections(text, well)]
        draw.shuffle(found)
        yield from found[:2]


def definitions(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the paragraphs of a text that begin with a definition, and the match of `DEFINITION`."""
    for paragraph in text.split("\n\n"):
        if not 120 < len(paragraph) < LONGEST_PASSAGE or paragraph.startswith(("#", "-", "```")):
            continue
        match = DEFINITION.match(next(iter(sentences(paragraph)), ""))
        if match and match["thing"].split()[0].lower() not in PRONOUNS:
            yield paragraph, match


def _definitions(text: str, well: str) -> Iterator[Reading]:
    for paragraph, match in definitions(text):
        question = _definition_question(match["thing"], match["verb"])
        yield Reading(well, question, paragraph, (match["what"].rstrip(","),))


def _definition_question(thing: str, verb: str) -> str:
    forms = (
        f"What {verb} {thing}?",
        f"what {verb} {thing.lower()}",
        f"Who or what {verb} {thing}?",
        f"Define {thing}.",
    )
    return forms[int(share_of(thing, "form") * len(forms))]


def _sections(text: str, well: str) -> Iterator[Reading]:
    for match in HEADING.finditer(text):
        title, body = match["title"].rstrip(" .:?"), match["body"].strip()[:LONGEST_PASSAGE]
        first = sentences(body)[0]
        if 40 < len(first) < 260 and " " in title:
            yield Reading(well, _section_question(title), body, (first,))


def _section_question(title: str) -> str:
    lowered = title[:1].lower() + title[1:]
    first_word = title.split()[0]
    if first_word.endswith("ing") and len(first_word) > 5:
        return f"What should I know about {lowered}?"
    if share_of(title, "how") < 0.5:
        return f"What does the documentation say about {lowered}?"
    return f"{title}?"
