"""Questions about an invented world that take two of its files."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from agent.evaluation.invented_world import Kind, Thing, World
from corpora.wells import Row

KINDS = ("bridge", "pair", "bridge", "comparison")
"""In turns: half of the questions go over a bridge, such as the founder of a company."""

_BRIDGES: tuple[tuple[Kind, str, str, str], ...] = (
    (
        "company", "founder", "hometown",
        "Where did the person who set up {it} grow up?|In which town was the founder of {it} a child?",
    ),
    (
        "company", "founder", "trade",
        "What does the person who set up {it} do for a living?|What is the trade of the founder of {it}?",
    ),
    (
        "company", "founder", "instrument",
        "Which instrument does the founder of {it} play?|What does the person behind {it} play at night?",
    ),
    (
        "company", "founder", "retired",
        "When did the founder of {it} retire?|In which year did the person who set up {it} stop working?",
    ),
    (
        "product", "maker", "town",
        "Where is the workshop of the firm that builds the {it}?|In which town is the {it} made?",
    ),
    (
        "product", "maker", "staff",
        "How many people work for the firm that builds the {it}?|How large is the staff behind the {it}?",
    ),
    (
        "product", "maker", "founder",
        "Who set up the firm that builds the {it}?|Who is the founder of the maker of the {it}?",
    ),
    (
        "product", "maker", "year",
        "Since when has the firm that builds the {it} been registered?|"
        "From which year on is the maker of the {it} on the register?",
    ),
)  # fmt: skip
"""Kind of the thing asked about, its relation to the next, the relation asked for there, and the words."""

_SIMPLE: dict[str, str] = {
    "price": "what does the {it} cost", "weight": "how heavy is the {it}",
    "battery": "how long does the {it} run", "maker": "who builds the {it}", "founder": "who set up {it}",
    "town": "where is the workshop of {it}", "staff": "how many people are paid by {it}",
    "hometown": "where did {it} grow up", "trade": "what does {it} do for a living",
    "instrument": "which instrument does {it} play",
}  # fmt: skip

_COMPARISONS: tuple[tuple[Kind, str, str, bool], ...] = (
    ("product", "price", "Which is cheaper, the {a} or the {b}?", False),
    ("product", "weight", "Which weighs more, the {a} or the {b}?", True),
    ("company", "staff", "Which employs more people, {a} or {b}?", True),
    ("company", "year", "Which firm is older, {a} or {b}?", False),
)
"""Kind of the things compared, their relation, the words, and whether the larger figure is asked for."""


def questions(count: int, seed: int, world: World) -> Iterator[Row]:
    """Yield a number of questions, the kinds in turns, the same for the same arguments.

    Yields:
        Rows with `kind`, `question`, `answers` and the `files` that hold the facts.
    """
    draw = random.Random(seed)
    asked: set[str] = set()
    while len(asked) < count:
        kind = KINDS[len(asked) % len(KINDS)]
        question, answer, things = _MAKERS[kind](draw, world)
        if question not in asked:
            asked.add(question)
            files = [thing.path for thing in things]
            yield {"kind": kind, "question": question, "answers": [answer], "files": files}


Asked = tuple[str, str, tuple[Thing, Thing]]
"""A question, its answer, and the things whose files hold the two facts."""


def _bridge(draw: random.Random, world: World) -> Asked:
    kind, over, relation, templates = draw.choice(_BRIDGES)
    first = draw.choice(world.of(kind))
    second = world.things[first.facts[over]]
    return draw.choice(templates.split("|")).format(it=first.name), second.facts[relation], (first, second)


def _pair(draw: random.Random, world: World) -> Asked:
    first, second = draw.sample(list(world.things.values()), 2)
    parts, answers = [], []
    for thing in (first, second):
        relation = draw.choice([name for name in thing.facts if name in _SIMPLE])
        parts.append(_SIMPLE[relation].format(it=thing.name))
        answers.append(thing.facts[relation])
    question = f"{parts[0][:1].upper()}{parts[0][1:]}, and {parts[1]}?"
    return question, ", ".join(answers), (first, second)


def _comparison(draw: random.Random, world: World) -> Asked:
    kind, relation, words, is_larger = draw.choice(_COMPARISONS)
    first, second = draw.sample(world.of(kind), 2)
    lower, higher = sorted((first, second), key=lambda thing: int(thing.facts[relation]))
    answer = higher if is_larger else lower
    return words.format(a=first.name, b=second.name), answer.name, (first, second)


_MAKERS: dict[str, Callable[[random.Random, World], Asked]] = {
    "bridge": _bridge,
    "pair": _pair,
    "comparison": _comparison,
}
