"""Questions that are made of several: their parts, what these come to, and what is learned of them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest

from agent.evaluation.invented_world import invent
from agent.evaluation.two_hop_questions import questions
from corpora.tasks.compound import compound_examples, plan_examples
from corpora.worlds.comparisons import comparisons
from corpora.worlds.compounds import Compound, joined
from graphs import prompts
from graphs.reasoner.nodes import lay_out
from graphs.reasoner.state import ReasonStep


@pytest.fixture(scope="module")
def both() -> list[Compound]:
    return list(joined(600, seed=5))


@pytest.fixture(scope="module")
def compared() -> list[Compound]:
    return list(comparisons(600, seed=5))


def figure(text: str) -> int:
    return int(text.split()[0].replace(",", ""))


@pytest.mark.parametrize("make", [joined, comparisons])
def test_questions_are_the_same_for_the_same_seed(make: Callable[[int, int], Iterator[Compound]]) -> None:
    first, again, other = (list(make(50, seed)) for seed in (1, 1, 2))
    assert first == again
    assert not {compound.question for compound in first} & {compound.question for compound in other}


def test_a_joined_question_asks_for_all_answers(both: list[Compound]) -> None:
    for compound in both:
        assert compound.answer == ", ".join(compound.answers)
        assert compound.wrong in compound.answers
        assert not {"{", "}"} & set(compound.question)
        assert all(part.endswith("?") for part in compound.parts)


def test_a_comparison_asks_for_the_thing_with_the_greater_or_the_smaller_figure(
    compared: list[Compound],
) -> None:
    greater = 0
    for compound in compared:
        winner = next(n for n, part in enumerate(compound.parts) if compound.answer in part)
        loser = 1 - winner
        assert compound.wrong in compound.parts[loser]
        assert compound.answer in compound.question
        assert figure(compound.answers[0]) != figure(compound.answers[1])
        greater += figure(compound.answers[winner]) > figure(compound.answers[loser])
    assert 0.4 < greater / len(compared) < 0.6


def test_facts_are_laid_out_as_the_reasoner_does(both: list[Compound]) -> None:
    compound = both[0]
    steps = [
        ReasonStep(index=index, question=part, route="documents", answer=answer, confidence=1.0, citations=[])
        for index, (part, answer) in enumerate(zip(compound.parts, compound.answers, strict=True))
    ]
    assert lay_out(steps) == compound.facts


def test_examples_of_a_compound(compared: list[Compound]) -> None:
    compound = compared[0]
    replies = [(made.task, made.messages[-1].text) for made in compound_examples(compound)]
    assert replies == [
        ("route", "reason"),
        ("route", "documents"),
        ("plan", "\n".join(compound.parts)),
        ("answer", compound.answer),
        ("check", prompts.YES),
        ("check", prompts.NO),
    ]


def test_two_questions_are_planned_as_two_and_sent_to_the_reasoner() -> None:
    first, second = ({"source": "w", "question": text} for text in ("Who came?", "When did he leave?"))
    simple, plan, route = plan_examples(first, second, random.Random(0))
    assert simple.messages[-1].text == "Who came?"
    assert plan.messages[-1].text == "Who came?\nWhen did he leave?"
    assert route.messages[-1].text == "reason"
    told = {"source": "w", "question": "Name him."}
    assert [made.task for made in plan_examples(told, first, random.Random(0))] == ["plan"]


def test_the_questions_of_the_evaluation_are_not_asked(compared: list[Compound]) -> None:
    world = invent(0)

    def skeleton(question: str, things: list[str]) -> str:
        for thing in things:
            question = question.replace(thing, "_")
        return question

    measured = {
        skeleton(row["question"], list(world.things))
        for row in questions(200, 0, world)
        if row["kind"] == "comparison"
    }
    asked = {skeleton(one.question, [one.answer, one.wrong]) for one in compared}
    assert len(measured) > 3
    assert not measured & asked


def test_every_comparison_can_be_asked_and_names_both_things() -> None:
    asked = list(comparisons(4000, seed=6))
    assert not [one.question for one in asked if re.search(r"[{}|]|  ", one.question)]
    assert len({one.question.replace(one.answer, "").replace(one.wrong, "") for one in asked}) > 300
    assert all(name in one.question for one in asked for name in (one.answer, one.wrong))
