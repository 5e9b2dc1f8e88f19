"""Passages of invented technical documentation, with questions that one sentence answers in part.

A sentence holds several things that could be an answer: two figures of two things, a purpose and its
reason, a default beside a range. Each question asks for one of them. All names are drawn, so that
nothing can be answered from memory.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from corpora.passages import find_span, sentences
from corpora.tasks.reading import Reading
from corpora.worlds.documentation import (
    patterns_of_cases,
    patterns_of_figures,
    patterns_of_meaning,
    patterns_of_pairs,
    patterns_of_practice,
)
from corpora.worlds.documentation.pattern import SUBJECTS, Pattern, answer_kinds, fill, slot_names, told_kinds
from corpora.worlds.documentation.technical_words import DOMAINS, Domain

WELL = "synthetic-manuals"

PATTERNS: tuple[Pattern, ...] = (
    *patterns_of_figures.TWO_THINGS,
    *patterns_of_figures.ATTRIBUTES,
    *patterns_of_pairs.PAIRS,
    *patterns_of_cases.VALUES,
    *patterns_of_cases.TOGETHER,
    *patterns_of_meaning.DEFINITIONS,
    *patterns_of_meaning.REASONS,
    *patterns_of_meaning.CONDITIONS,
    *patterns_of_practice.COMPARISONS,
    *patterns_of_practice.STEPS,
    *patterns_of_practice.LISTS,
    *patterns_of_practice.ORIGINS,
    *patterns_of_practice.PLACES,
)

UNANSWERABLE = 0.15
"""Share of the readings whose passage does not hold the answer."""

_LEADS = (
    "According to its documentation, ",
    "As is well known, ",
    "To be precise, ",
    "In other words, ",
    "For the record, ",
    "As far as we know, ",
    "To the best of our knowledge, ",
)
_TAILS = (
    ", as the release notes explain",
    ", although older guides say otherwise",
    " (see also the appendix)",
    ", at least in recent releases",
    ", which surprises many newcomers",
    ", as described above",
    " (see the next section)",
)


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of a passage, the pattern that it follows, and what stands in the slots."""

    pattern: Pattern
    slots: dict[str, str]
    text: str


def readings(count: int, seed: int) -> Iterator[Reading]:
    """Yield a number of readings over invented documentation."""
    draw = random.Random(seed)
    made = 0
    while made < count:
        domain = draw.choice(DOMAINS)
        told = _passage(draw, domain)
        is_list = any(sentence.text.startswith("- ") for sentence in told)
        text = ("\n" if is_list else draw.choice("   \n")).join(sentence.text for sentence in told)
        if len(sentences(text)) != len(told):
            continue
        for _ in range(min(2, count - made)):
            if draw.random() < UNANSWERABLE:
                reading = _unanswerable(text, told, draw, domain)
            else:
                reading = _answerable(text, draw.choice(told), draw)
            if reading:
                yield reading
                made += 1


def _passage(draw: random.Random, domain: Domain) -> list[Told]:
    """Tell of a thing; the other sentences say more of it, the same of others, or something else."""
    first = _tell(draw.choice(PATTERNS), {}, draw, domain)
    told = [first]
    for _ in range(draw.randint(1, 5)):
        pattern, bound = draw.choice(PATTERNS), dict[str, str]()
        manner = draw.random()
        if manner < 0.35:
            pattern = first.pattern
        elif manner < 0.75:
            pattern, bound = _more_about(first, told, draw) or (pattern, {})
        told.append(_tell(pattern, bound, draw, domain))
    draw.shuffle(told)
    return told


def _subject(pattern: Pattern) -> str | None:
    """Return the slot of the thing that a pattern is about."""
    slots = [name for texts in pattern.questions.values() for text in texts for name in slot_names(text)]
    return next((slot for slot in slots if slot in SUBJECTS), None)


def _more_about(first: Told, told: list[Told], draw: random.Random) -> tuple[Pattern, dict[str, str]] | None:
    """Draw a pattern that says something else of the same thing, and nothing that was told already."""
    subject = _subject(first.pattern)
    if subject is None:
        return None
    thing = first.slots[subject]
    known = {kind for sentence in told if thing in sentence.text for kind in told_kinds(sentence.pattern)}
    families = {sentence.pattern.family for sentence in told}
    fitting = [
        pattern
        for pattern in PATTERNS
        if _subject(pattern) == subject
        and pattern.family not in families
        and not known & answer_kinds(pattern)
    ]
    return (draw.choice(fitting), {subject: thing}) if fitting else None


def _tell(pattern: Pattern, bound: dict[str, str], draw: random.Random, domain: Domain) -> Told:
    slots = fill(pattern, bound, draw, domain)
    statement = draw.choice(pattern.statements)
    shown = _emphasised(statement, draw).format(**slots)
    if statement.startswith("- "):
        return Told(pattern, slots, shown)
    if draw.random() < 0.12:
        named = statement.startswith(("{", "`"))
        shown = draw.choice(_LEADS) + (shown if named else shown[0].lower() + shown[1:])
    if draw.random() < 0.1:
        shown = shown.removesuffix(".") + draw.choice(_TAILS) + "."
    return Told(pattern, slots, shown[:1].upper() + shown[1:])


def _emphasised(statement: str, draw: random.Random) -> str:
    """Set a name in bold now and then, as Markdown does."""
    slot = next((name for name in slot_names(statement) if name in SUBJECTS), None)
    if slot is None or draw.random() > 0.07 or f"`{{{slot}}}" in statement:
        return statement
    return statement.replace(f"{{{slot}}}", f"**{{{slot}}}**", 1)


def _answerable(text: str, told: Told, draw: random.Random) -> Reading | None:
    """Ask for one of the answers of a sentence; None if it stands in another one, too."""
    template = draw.choice(tuple(told.pattern.questions))
    question = _ask(draw.choice(told.pattern.questions[template]), told.slots, draw)
    answer = template.format(**told.slots)
    found = next((span for span in (answer, answer[:1].upper() + answer[1:]) if span in told.text), None)
    holding = [sentence for sentence in sentences(text) if found and find_span(sentence, found)]
    if found is None or len(holding) != 1 or found.lower() in question.lower():
        return None
    return Reading(WELL, question, text, (found,))


def _unanswerable(text: str, told: list[Told], draw: random.Random, domain: Domain) -> Reading | None:
    """Ask for what is not told of a thing, or of a thing that the passage does not know."""
    sentence = draw.choice(told)
    more = _more_about(sentence, told, draw) if draw.random() < 0.5 else None
    pattern, bound = more or (sentence.pattern, {})
    slots = fill(pattern, bound, draw, domain)
    question = draw.choice(draw.choice(tuple(pattern.questions.values())))
    is_known = all(slots[name].lower() in text.lower() for name in slot_names(question))
    if is_known and not more:
        return None
    return Reading(WELL, _ask(question, slots, draw), text, ())


def _ask(template: str, slots: dict[str, str], draw: random.Random) -> str:
    """Write a question in the manner of a person, who may forget capitals and question marks."""
    question = template.format(**slots)
    question = (
        question[:1].upper() + question[1:] if template[0] in "{ABCDEFGHIJKLMNOPQRSTUVWXYZ" else question
    )
    if draw.random() < 0.08:
        question = question.lower()
    return question.rstrip("?.") if draw.random() < 0.12 else question
