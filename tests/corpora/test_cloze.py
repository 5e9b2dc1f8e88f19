"""Questions that ask for a span of a sentence."""

from __future__ import annotations

import json
import lzma
import random
from pathlib import Path

import pytest

from corpora.cloze import ask, readings

SENTENCES = {
    "The old bridge was built by Ada Lindqvist near the harbour in 1874.": {"1874", "Ada Lindqvist"},
    "The council spent $12,400 on new lamps for the northern part of the town.": {"$12,400"},
    "Marta Olsen was elected chair of the society after a long evening of votes.": {"Marta Olsen"},
    "The survey found 310 species of moth in the valley behind the two mills.": {"310", "two"},
}


def asked_of(sentence: str) -> dict[str, set[str]]:
    """Return all that is asked about a sentence in many draws: answer to questions."""
    found: dict[str, set[str]] = {}
    for seed in range(300):
        pair = ask(sentence, random.Random(seed))
        if pair:
            found.setdefault(pair[1], set()).add(pair[0])
    return found


@pytest.mark.parametrize("sentence", SENTENCES)
def test_names_dates_and_numbers_are_asked_for_and_not_given_away(sentence: str) -> None:
    asked = asked_of(sentence)
    assert asked.keys() >= SENTENCES[sentence]
    for answer, questions in asked.items():
        assert answer in sentence
        assert not any(answer in question for question in questions)


@pytest.mark.parametrize(
    ("answer", "openings"),
    [
        (
            "1874",
            ("When was the", "What year was the", "In what year was the", "when ", "what year ", "in what "),
        ),
        ("$12,400", ("How much", "how much")),
        ("310", ("How many species", "how many species")),
    ],
)
def test_the_question_word_fits_what_is_asked_for(answer: str, openings: tuple[str, ...]) -> None:
    questions = [
        question
        for sentence in SENTENCES
        for question in asked_of(sentence).get(answer, ())
        if " The " not in question
    ]
    assert questions
    assert sum(question.startswith(openings) for question in questions) > len(questions) / 2


def test_nothing_is_asked_where_nothing_stands_out() -> None:
    assert all(ask("It goes on and on.", random.Random(seed)) is None for seed in range(20))


def test_readings_hold_their_answers_once_and_repeat_by_seed(tmp_path: Path) -> None:
    rows = [{"text": " ".join(SENTENCES), "source": "town/one"}] * 5
    with lzma.open(tmp_path / "town-00.jsonl.xz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    made = list(readings(tmp_path, 9, 0))
    assert 3 < len(made) <= 9
    for reading in made:
        assert reading.well == "town"
        assert reading.passage.count(reading.answers[0]) == 1
        assert reading.answers[0] in (reading.support or "")
    assert made == list(readings(tmp_path, 9, 0)) != list(readings(tmp_path, 9, 1))
