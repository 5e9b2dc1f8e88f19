"""Chains: two sentences answer what neither answers alone."""

from __future__ import annotations

import random
import re

import pytest

from agent.evaluation.invented_world import STATEMENTS, invent
from agent.evaluation.two_hop_questions import questions
from corpora.tasks.chain import chain_examples
from corpora.worlds.chains import BRIDGES, Chain, chains
from graphs import prompts

NAME = re.compile(r"\{\w+\}")


@pytest.fixture(scope="module")
def drawn() -> list[Chain]:
    return list(chains(2000, seed=5))


def test_chains_are_the_same_for_the_same_seed() -> None:
    first, again, other = (list(chains(50, seed)) for seed in (1, 1, 2))
    assert first == again
    assert not {chain.question for chain in first} & {chain.question for chain in other}


def test_the_answer_stands_in_the_second_sentence_alone(drawn: list[Chain]) -> None:
    for chain in drawn:
        assert chain.answer in chain.second
        assert chain.answer not in chain.question
        assert chain.answer not in chain.first
        assert not re.search(r"[{}]", f"{chain.question} {chain.first} {chain.second}")


def test_other_sentences_do_not_answer(drawn: list[Chain]) -> None:
    for chain in drawn:
        assert chain.second not in chain.beside_second
        assert chain.first not in chain.beside_first


def test_only_both_right_sentences_are_graded_and_checked_with_yes(drawn: list[Chain]) -> None:
    draw = random.Random(0)
    for chain in drawn[:300]:
        for made in chain_examples(chain, draw):
            prompt, reply = made.messages[-2].text, made.messages[-1].text
            is_whole = chain.first in prompt and chain.second in prompt
            assert reply == (
                chain.answer if made.task == "answer" else prompts.YES if is_whole else prompts.NO
            )


def test_the_questions_and_statements_of_the_evaluation_are_not_used() -> None:
    world = invent(0)
    measured = [row["question"] for row in questions(200, 0, world) if row["kind"] == "bridge"]
    asked = {re.sub("|".join(map(re.escape, world.things)), "_", question) for question in measured}
    learned = {
        question.format(thing=NAME.sub("_", described))
        for bridge in BRIDGES
        for fact in bridge.end.attributes
        for question in fact.questions
        for described in bridge.descriptions
    }
    assert not asked & learned
    shown = [text for kind in STATEMENTS.values() for texts in kind.values() for text in texts]
    told = [text for bridge in BRIDGES for text in bridge.statements]
    assert not {NAME.sub("_", text) for text in told} & {NAME.sub("_", text) for text in shown}
