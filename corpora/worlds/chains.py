"""Questions that two facts answer together: the first names the thing that the second is about.

“Where was the founder of Kralem Works born?” takes who founded it, and where that person was born. The
second fact is asked for as `corpora.worlds.facts` asks for it, of a thing that is described and not named.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from corpora.worlds.facts import COMPANY, DEVICE, PERSON, POLICY, TOWN, Attribute, Kind

WELL = "synthetic-chains"


@dataclass(frozen=True, slots=True)
class Bridge:
    """How a thing leads to another, `{value}`, and how that is described by it."""

    start: Kind
    end: Kind
    statements: tuple[str, ...]
    descriptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """A question, the two sentences that answer it together, and sentences that do not."""

    question: str
    first: str
    """Leads from the thing that the question names to the one that it means."""
    second: str
    """Holds the answer."""
    answer: str
    beside_first: tuple[str, ...]
    """Others about the thing that the question names; they lead nowhere."""
    beside_second: tuple[str, ...]
    """Others about the thing that it means, and the like of `second` about something else."""


BRIDGES = (
    Bridge(
        COMPANY,
        PERSON,
        (
            "{thing} was founded by {value}.",
            "{value} began {thing} with two friends.",
            "{thing} is the work of {value}.",
        ),
        ("the founder of {thing}", "the person who founded {thing}", "the one who began {thing}"),
    ),
    Bridge(
        COMPANY,
        PERSON,
        (
            "{value} has led {thing} for years.",
            "The director of {thing} is {value}.",
            "{thing} is run by {value}.",
        ),
        ("the director of {thing}", "the person who runs {thing}", "the head of {thing}"),
    ),
    Bridge(
        DEVICE,
        COMPANY,
        (
            "The {thing} is made by {value}.",
            "{value} produces the {thing}.",
            "The {thing} comes from {value}.",
        ),
        (
            "the company that makes the {thing}",
            "the producer of the {thing}",
            "the manufacturer of the {thing}",
        ),
    ),
    Bridge(
        DEVICE,
        PERSON,
        (
            "{value} invented the {thing}.",
            "The {thing} was designed by {value}.",
            "The {thing} goes back to {value}.",
        ),
        ("the inventor of the {thing}", "the person who designed the {thing}"),
    ),
    Bridge(
        PERSON,
        POLICY,
        (
            "{thing} works for {value}.",
            "{value} employs {thing} as an adviser.",
            "{thing} joined {value} last year.",
        ),
        ("the employer of {thing}", "the company that {thing} works for"),
    ),
    Bridge(
        PERSON,
        PERSON,
        (
            "{thing} is married to {value}.",
            "{value} and {thing} married in spring.",
            "{thing} shares a house with {value}, to whom {thing} is married.",
        ),
        ("the person {thing} is married to", "{thing}'s spouse"),
    ),
    Bridge(
        PERSON,
        PERSON,
        ("{thing} was taught by {value}.", "{value} was the teacher of {thing}."),
        ("the teacher of {thing}", "{thing}'s teacher"),
    ),
    Bridge(
        PERSON,
        TOWN,
        ("{thing} lives in {value}.", "{thing} has moved to {value}.", "The house of {thing} is in {value}."),
        ("the town where {thing} lives", "the home town of {thing}"),
    ),
    Bridge(
        COMPANY,
        TOWN,
        ("{thing} is based in {value}.", "{thing} has its factory in {value}."),
        ("the town of {thing}", "the place where {thing} has its seat"),
    ),
)


def chains(count: int, seed: int) -> Iterator[Chain]:
    """Yield a number of chains, the same for the same seed.

    Args:
        count: How many.
        seed: Seed of the random numbers.
    """
    draw = random.Random(seed)
    for _ in range(count):
        yield _chain(draw)


def _chain(draw: random.Random) -> Chain:
    bridge = draw.choice(BRIDGES)
    start, end, stranger = bridge.start.draw(draw), bridge.end.draw(draw), bridge.end.draw(draw)
    meant, *others = draw.sample(bridge.end.attributes, 3)
    answer = meant.draw(draw)
    described = draw.choice(bridge.descriptions).format(thing=start)
    unrelated = [fact for fact in bridge.start.attributes if fact.draw is not bridge.end.draw]
    return Chain(
        question=draw.choice(meant.questions).format(thing=described),
        first=draw.choice(bridge.statements).format(thing=start, value=end),
        second=draw.choice(meant.statements).format(thing=end, value=answer),
        answer=answer,
        beside_first=(
            *(_say(fact, start, draw) for fact in draw.sample(unrelated, 2)),
            draw.choice(bridge.start.remarks).format(thing=start),
        ),
        beside_second=(
            *(_say(fact, end, draw) for fact in others),
            _say(meant, stranger, draw),
            _say(meant, bridge.end.draw(draw), draw),
            draw.choice(bridge.end.remarks).format(thing=end),
        ),
    )


def _say(fact: Attribute, thing: str, draw: random.Random) -> str:
    return draw.choice(fact.statements).format(thing=thing, value=fact.draw(draw))
