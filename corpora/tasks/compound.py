"""Reasoning in steps: plan the parts of a question, put their answers together, check the whole."""

from __future__ import annotations

import random
from collections.abc import Iterator

from corpora.example import Example, example
from corpora.wells import Row
from corpora.worlds.compounds import WELL, Compound, join
from graphs import prompts


def compound_examples(compound: Compound) -> Iterator[Example]:
    """Yield the examples of a question that is made of several."""
    question, facts = compound.question, compound.facts
    yield example("route", WELL, prompts.route(question), "reason")
    # Otherwise an invented name alone would say that a question is made of several.
    yield example("route", WELL, prompts.route(compound.parts[0]), "documents")
    yield example("plan", WELL, prompts.plan(question), "\n".join(compound.parts))
    yield example("answer", WELL, prompts.answer(question, facts), compound.answer)
    yield example("check", WELL, prompts.check(question, facts, compound.answer), prompts.YES)
    yield example("check", WELL, prompts.check(question, facts, compound.wrong), prompts.NO)


def plan_examples(first: Row, second: Row, draw: random.Random) -> Iterator[Example]:
    """Plan a simple question as itself, and two joined questions as two."""
    question, other = first["question"].strip(), second["question"].strip()
    yield example("plan", first["source"], prompts.plan(question), question)
    if question.endswith("?") and other.endswith("?"):
        message = join(question, other, draw)
        yield example("plan", first["source"], prompts.plan(message), f"{question}\n{other}")
        yield example("route", first["source"], prompts.route(message), "reason")
