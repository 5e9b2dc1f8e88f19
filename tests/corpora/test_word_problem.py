"""Word problems: one sum each, with the numbers that the question names."""

from __future__ import annotations

import random
from typing import Any

import pytest

from corpora.tasks.word_problem import VARIANTS, joined_expression, word_problems


def row(question: str, answer: str, *expressions: tuple[str, str]) -> dict[str, Any]:
    return {"question": question, "answer": answer, "expressions": [list(pair) for pair in expressions]}


BOXES = row("Ana has 4 boxes of 25 pens and loses 13 pens. How many are left?", "87",
            ("4*25", "100"), ("100-13", "87"))  # fmt: skip


def test_steps_become_one_sum() -> None:
    assert joined_expression(BOXES) == "4 * 25 - 13"
    shared = row("12 and 8 friends share 60 euros. How much each?", "3", ("12+8", "20"), ("60/20", "3"))
    assert joined_expression(shared) == "60 / (12 + 8)"


def test_a_sum_and_its_result_follow_the_numbers_of_the_question() -> None:
    first, *others = word_problems(BOXES, random.Random(0))
    assert first.message == BOXES["question"]
    assert 0 < len(others) < VARIANTS
    for task in others:
        boxes, pens, lost = (int(word) for word in task.message.split() if word.isdigit())
        assert task.message != first.message
        assert task.steps[0].arguments["expression"] == f"{boxes} * {pens} - {lost}"
        assert task.steps[0].result == str(boxes * pens - lost)


@pytest.mark.parametrize(
    "unclear",
    [
        row("He ran a while. How far?", "6", ("2*3", "6")),  # names no number
        row("He ran 5 km for 9 days. How far?", "40", ("5*8", "40")),  # 8 stands nowhere
        row("He ran 5 km a day. How far?", "36", ("5*7", "35")),  # another answer
        row("He ran 5 km for 9 days and 45 km. How far?", "90", ("5*9", "45"), ("45+45", "90")),
        row("He ran 5 km.", "5"),
        row("He ran 5 km.", "5", ("5/0", "5")),
        row("He ran 5 km.", "5", ("5 +", "5")),
    ],
)
def test_what_is_not_clear_is_left_out(unclear: dict[str, Any]) -> None:
    assert not list(word_problems(unclear, random.Random(0)))


def test_a_number_named_twice_keeps_its_value() -> None:
    twice = row("He has 5 cats and 5 dogs, then 3 dogs leave. How many animals are left?", "7",
                ("5+5", "10"), ("10-3", "7"))  # fmt: skip
    assert [task.message for task in word_problems(twice, random.Random(0))] == [twice["question"]]
