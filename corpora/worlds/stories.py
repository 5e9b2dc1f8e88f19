"""Passages about invented things, with questions that they answer and questions that they don't."""

from __future__ import annotations

import random
from collections.abc import Iterator

from corpora.tasks.reading import Reading
from corpora.worlds.facts import KINDS, Attribute, Kind

WELL = "synthetic-worlds"


def readings(count: int, seed: int) -> Iterator[Reading]:
    """Yield a number of readings over invented passages; a third have no answer in theirs."""
    draw = random.Random(seed)
    made = 0
    while made < count:
        for reading in _story(draw):
            yield reading
            made += 1


def _story(draw: random.Random) -> list[Reading]:
    """Tell of two or three things of a kind; ask for what is told, and for what is left out."""
    kind = draw.choice(KINDS)
    things = [kind.draw(draw) for _ in range(draw.choice((1, 2, 2, 3)))]
    lines: list[str] = []
    told: list[tuple[str, Attribute, str]] = []
    left_out: list[tuple[str, Attribute]] = []
    for thing in things:
        own, facts, missing = _tell(kind, thing, draw)
        lines += own
        told += facts
        left_out += missing
    text = " ".join(lines)
    asked = [
        _ask(text, thing, attribute, (value,), draw)
        for thing, attribute, value in draw.sample(told, min(2, len(told)))
    ]
    if left_out:
        thing, attribute = draw.choice(left_out)
        asked.append(_ask(text, thing, attribute, (), draw))
    return asked


def _tell(
    kind: Kind, thing: str, draw: random.Random
) -> tuple[list[str], list[tuple[str, Attribute, str]], list[tuple[str, Attribute]]]:
    chosen = draw.sample(kind.attributes, draw.randint(2, len(kind.attributes)))
    lines, told = [], []
    for attribute in chosen:
        value = attribute.draw(draw)
        sentence = draw.choice(attribute.statements).format(thing=thing, value=value)
        lines.append(sentence[:1].upper() + sentence[1:])
        told.append((thing, attribute, value))
    lines += [line.format(thing=thing) for line in draw.sample(kind.remarks, draw.randint(0, 2))]
    draw.shuffle(lines)
    missing = [(thing, attribute) for attribute in kind.attributes if attribute not in chosen]
    return lines, told, missing


def _ask(
    text: str, thing: str, attribute: Attribute, answers: tuple[str, ...], draw: random.Random
) -> Reading:
    question = draw.choice(attribute.questions).format(thing=thing)
    return Reading(WELL, question, text, answers)
