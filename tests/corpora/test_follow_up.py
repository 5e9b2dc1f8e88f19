"""Follow-ups and slips: what is said can be mended from what was said."""

from __future__ import annotations

import re

import pytest

from corpora.tasks.follow_up import follow_ups, is_resolvable, short_follow_ups
from corpora.wells import Row


def question(text: str, answer: str, passage: str = "p") -> Row:
    return {"question": text, "answers": [answer], "passage": passage}


QUESTIONS = [
    question("Who built Tower Bridge?", "Horace Jones"),
    question("When was the Tower Bridge opened?", "1894"),
    question("Where was Horace Jones born?", "London"),
    question("Who swam the channel?", "Ada", "alone"),
]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(follow_ups(QUESTIONS, 400, seed=0))


def test_they_depend_on_the_seed_alone(rows: list[Row]) -> None:
    assert rows == list(follow_ups(QUESTIONS, 400, seed=0))
    assert rows != list(follow_ups(QUESTIONS, 400, seed=1))


def test_a_name_that_was_said_becomes_a_pronoun(rows: list[Row]) -> None:
    asked = "When was the Tower Bridge opened?"
    told = [row for row in rows if row["history"] and row["standalone"] == asked]
    assert told
    assert {"When was it opened?", "When was he opened?"} <= {row["question"] for row in told}
    assert all("Tower Bridge" in row["history"][0]["content"] for row in told)


def test_a_slip_holds_the_mended_question_in_order(rows: list[Row]) -> None:
    slips = [row for row in rows if not row["history"]]
    assert slips
    for row in slips:
        said = iter(row["question"].lower().split())
        assert all(word in said for word in row["standalone"].lower().split())


def test_all_of_them_can_be_resolved(rows: list[Row]) -> None:
    assert all(map(is_resolvable, rows))


def test_a_name_that_nobody_said_cannot_be_resolved() -> None:
    row = {"history": [], "question": "Where was he born?", "standalone": "Where was Horace Jones born?"}
    assert not is_resolvable(row)
    said = {"role": "user", "content": "Tell me about horace jones."}
    assert is_resolvable({**row, "history": [said]})


def test_short_follow_ups_are_filled_and_name_next_to_nothing() -> None:
    asked = list(short_follow_ups(800, seed=2))
    assert asked == list(short_follow_ups(800, seed=2))
    assert not [text for text in asked if re.search(r"[{}|]", text)]
    assert len(set(asked)) > 300
    assert max(len(text.split()) for text in asked) < 9
    assert 0.05 < sum(not text.endswith("?") for text in asked) / len(asked) < 0.3
