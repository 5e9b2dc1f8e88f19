"""Questions that are made of several, such as “When was Kralem founded, and who is the mayor of Lake Zea?”.

Each part is asked as `corpora.worlds.facts` asks for it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from corpora.worlds.facts import COMPANY, DEVICE, PERSON, TOWN
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


def joined(count: int, seed: int) -> Iterator[Compound]:
    """Yield a number of joined questions, the same for the same seed."""
    draw = random.Random(seed)
    for _ in range(count):
        yield _joined(draw)


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


def _lower(question: str) -> str:
    return question[:1].lower() + question[1:]
