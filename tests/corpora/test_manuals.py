"""Invented documentation: the same for a seed, answers that are spans of one sentence, many patterns."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from corpora.passages import find_span, sentences
from corpora.tasks.reading import Reading, ReadingTasks
from corpora.worlds.documentation import manuals
from corpora.worlds.documentation.pattern import Pattern, fill, slot_names
from corpora.worlds.documentation.technical_words import LEARNING, SYSTEMS, gerund, third_person


@pytest.fixture(scope="module")
def made() -> list[Reading]:
    return list(manuals.readings(2000, seed=4))


def test_manuals_are_the_same_for_the_same_seed() -> None:
    first, again, other = (list(manuals.readings(60, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_every_answer_is_a_part_of_exactly_one_sentence(made: list[Reading]) -> None:
    for reading in made:
        for answer in reading.answers:
            holding = [text for text in sentences(reading.passage) if find_span(text, answer)]
            assert holding == [reading.support]
            assert len(answer) < 0.9 * len(holding[0])


def test_the_answer_is_not_what_was_asked_about(made: list[Reading]) -> None:
    assert not [item for item in made if any(answer in item.question for answer in item.answers)]


def test_some_questions_are_not_answered(made: list[Reading]) -> None:
    assert 0.1 < sum(not reading.answers for reading in made) / len(made) < 0.2


def test_passages_have_two_to_six_sentences(made: list[Reading]) -> None:
    lengths = Counter(len(sentences(reading.passage)) for reading in made)
    assert set(lengths) == {2, 3, 4, 5, 6}


def test_the_patterns_are_many_and_all_of_them_are_told(made: list[Reading]) -> None:
    assert len(manuals.PATTERNS) >= 60
    assert len({pattern.family for pattern in manuals.PATTERNS}) >= 15
    told = Counter(_pattern_of(reading) for reading in made if reading.answers)
    assert len(told) >= 55
    assert max(told.values()) < len(made) / 10


def _pattern_of(reading: Reading) -> str:
    """Return the first wording of the pattern of which the supporting sentence has the most words."""
    support = (reading.support or "").lower().replace("**", "")
    fitting = [
        (sum(map(len, pieces)), pattern.statements[0])
        for pattern in manuals.PATTERNS
        for pieces in map(_literals, pattern.statements)
        if all(piece in support for piece in pieces)
    ]
    return max(fitting)[1]


def _literals(statement: str) -> list[str]:
    """Return what stands around the slots of a statement."""
    return [piece.strip(" .-").lower() for piece in re.split(r"\{\w+\}", statement)]


@pytest.mark.parametrize("pattern", manuals.PATTERNS, ids=lambda pattern: pattern.statements[0][:40])
def test_every_wording_holds_every_answer_and_what_is_asked_about(pattern: Pattern) -> None:
    slots = fill(pattern, {}, random.Random(0), LEARNING)
    for answer, questions in pattern.questions.items():
        assert all(answer.format(**slots) in wording.format(**slots) for wording in pattern.statements)
        asked = [set(slot_names(text)) for text in questions]
        assert all(asked)
        assert not [named for named in asked if slot_names(answer) and named >= set(slot_names(answer))]


def test_verbs_are_inflected() -> None:
    assert [third_person(verb) for verb in ("copy", "split up", "compress", "decay")] == [
        "copies",
        "splits up",
        "compresses",
        "decays",
    ]
    assert [gerund(verb) for verb in ("split up", "scale", "clip", "copy", "filter")] == [
        "splitting up",
        "scaling",
        "clipping",
        "copying",
        "filtering",
    ]
    assert {gerund(verb)[-3:] for verb in LEARNING.verbs + SYSTEMS.verbs if " " not in verb} == {"ing"}


def test_manuals_become_examples_of_all_reading_tasks(made: list[Reading]) -> None:
    examples = list(ReadingTasks(made[:200], seed=1).build())
    assert {item.task for item in examples} == {"grade", "quote", "answer", "check"}
