"""Questions that are made of several: joined ones, and comparisons.

“When was Kralem founded, and who is the mayor of Lake Zea?” asks two things, “Is the Zeat X3 or the
Brun 40 heavier?” takes two things to answer. Each part is asked as `corpora.worlds.facts` asks for it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from corpora.worlds.facts import COMPANY, DEVICE, PERSON, TOWN, Attribute, Kind
from graphs.reasoner import facts

WELL = "synthetic-compounds"

JOINED = (
    "{first}, and {then}?",
    "{first} and {then}?",
    "{first}? And {then}?",
    "{first}? Also, {then}?",
    "{first}, and also {then}?",
    "{first}; {then}?",
    "{first}, as well as {then}?",
    "Two things: {first_lower}, and {then}?",
    "Tell me: {first_lower}? And {then}?",
    "I want to know two things. {first}? {second}?",
    "First, {first_lower}? Then, {then}?",
    "{first}? {second}?",
)
"""How two questions become one message."""

_ALIKE = 0.4
"""Share of the joined questions that ask about one thing."""
_UNNAMED = 0.5
"""Share of those that do not name it again."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Words that compare two things by one of their figures."""

    kind: Kind
    attribute: Attribute
    more: tuple[str, ...]
    """Ask for the thing with the greater figure."""
    less: tuple[str, ...]
    """Ask for the other."""


@dataclass(frozen=True, slots=True)
class Compound:
    """A question, the simple ones that it is made of, and what they come to."""

    question: str
    parts: tuple[str, ...]
    answers: tuple[str, ...]
    """One for each part."""
    answer: str
    """All answers of a joined question; the thing that a comparison asks for."""
    wrong: str
    """One answer where all are asked for; the other thing."""

    @property
    def facts(self) -> str:
        """The parts with their answers, as the reasoner puts them together."""
        return facts.lay_out(zip(self.parts, self.answers, strict=True))


def _attribute(kind: Kind, question: str) -> Attribute:
    return next(attribute for attribute in kind.attributes if question in attribute.questions)


COMPARISONS = (
    Comparison(
        DEVICE,
        _attribute(DEVICE, "How heavy is the {thing}?"),
        ("Is the {a} or the {b} heavier?", "Of the {a} and the {b}, which is the heavier one?"),
        ("Is the {a} or the {b} lighter?", "Which one is lighter: the {a} or the {b}?"),
    ),
    Comparison(
        DEVICE,
        _attribute(DEVICE, "How much does the {thing} cost?"),
        ("Is the {a} or the {b} dearer?", "Which one is more expensive: the {a} or the {b}?"),
        ("Is the {a} or the {b} the cheaper one?", "Do I pay less for the {a} or for the {b}?"),
    ),
    Comparison(
        DEVICE,
        _attribute(DEVICE, "How long does the {thing} run on one charge?"),
        ("Which lasts longer on a charge, the {a} or the {b}?", "Does the {a} or the {b} run longer?"),
        ("Which runs out sooner, the {a} or the {b}?", "Does the {a} or the {b} have the weaker battery?"),
    ),
    Comparison(
        DEVICE,
        _attribute(DEVICE, "How long is the warranty of the {thing}?"),
        ("Does the {a} or the {b} have the longer warranty?",),
        ("Does the {a} or the {b} have the shorter warranty?",),
    ),
    Comparison(
        COMPANY,
        _attribute(COMPANY, "How many people work for {thing}?"),
        ("Has {a} or {b} more employees?", "Is {a} or {b} the larger company?"),
        ("Has {a} or {b} fewer employees?", "Of {a} and {b}, which is the smaller company?"),
    ),
    Comparison(
        COMPANY,
        _attribute(COMPANY, "When was {thing} founded?"),
        ("Which came later, {a} or {b}?", "Is {a} or {b} the younger company?"),
        ("Which was founded first, {a} or {b}?", "Is {a} or {b} the older company?"),
    ),
    Comparison(
        TOWN,
        _attribute(TOWN, "How many people live in {thing}?"),
        ("Is {a} or {b} larger?", "Do more people live in {a} or in {b}?"),
        ("Is {a} or {b} smaller?", "Which of {a} and {b} has fewer inhabitants?"),
    ),
    Comparison(
        PERSON,
        _attribute(PERSON, "When did {thing} win the Halden Prize?"),
        ("Did {a} or {b} win the Halden Prize later?",),
        (
            "Did {a} or {b} win the Halden Prize earlier?",
            "Who was first to get the Halden Prize, {a} or {b}?",
        ),
    ),
)


def joined(count: int, seed: int) -> Iterator[Compound]:
    """Yield a number of joined questions, the same for the same seed."""
    draw = random.Random(seed)
    for _ in range(count):
        yield _joined(draw)


def comparisons(count: int, seed: int) -> Iterator[Compound]:
    """Yield a number of comparisons, the same for the same seed."""
    draw = random.Random(seed)
    for _ in range(count):
        yield _comparison(draw)


def join(first: str, second: str, draw: random.Random) -> str:
    """Make one message of two questions.

    Args:
        first: A question with its mark.
        second: Another one.
        draw: Source of randomness.
    """
    one, other = first.rstrip("?"), second.rstrip("?")
    return draw.choice(JOINED).format(first=one, second=other, first_lower=_lower(one), then=_lower(other))


def _joined(draw: random.Random) -> Compound:
    kind, other_kind = (draw.choice((COMPANY, DEVICE, PERSON, TOWN)) for _ in range(2))
    thing, other = kind.draw(draw), other_kind.draw(draw)
    fact = draw.choice(kind.attributes)
    if is_same := draw.random() < _ALIKE:
        other = thing
        second_fact = draw.choice([another for another in kind.attributes if another is not fact])
    else:
        second_fact = draw.choice(other_kind.attributes)
    form, other_form = draw.choice(fact.questions), draw.choice(second_fact.questions)
    parts = (form.format(thing=thing), other_form.format(thing=other))
    asked = parts[1]
    if is_same and draw.random() < _UNNAMED and "'s" not in other_form:
        unnamed = "they" if kind is PERSON else "it"
        asked = other_form.replace("the {thing}", unnamed).replace("`{thing}`", unnamed).format(thing=unnamed)
    answers = (fact.draw(draw), second_fact.draw(draw))
    return Compound(
        join(parts[0], asked, draw), parts, answers, facts.together(answers), draw.choice(answers)
    )


def _comparison(draw: random.Random) -> Compound:
    comparison = draw.choice(COMPARISONS)
    first, second = comparison.kind.draw(draw), comparison.kind.draw(draw)
    values = comparison.attribute.draw(draw), comparison.attribute.draw(draw)
    while _figure(values[0]) == _figure(values[1]):
        values = values[0], comparison.attribute.draw(draw)
    wants_more = draw.random() < 0.5
    question = draw.choice(comparison.more if wants_more else comparison.less).format(a=first, b=second)
    form = draw.choice(comparison.attribute.questions)
    right, wrong = (
        (first, second) if (_figure(values[0]) > _figure(values[1])) == wants_more else (second, first)
    )
    return Compound(question, (form.format(thing=first), form.format(thing=second)), values, right, wrong)


def _figure(value: str) -> int:
    return int(value.split()[0].replace(",", ""))


def _lower(question: str) -> str:
    return question[:1].lower() + question[1:]
