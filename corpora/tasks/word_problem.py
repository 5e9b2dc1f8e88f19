"""Word problems that people wrote, as one sum for the calculator, with their numbers and with others."""

from __future__ import annotations

import ast
import random
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from simpleeval import InvalidExpression, simple_eval

from corpora.wells import Row
from corpora.worlds.tasks.own_task import OwnTask, calculate, reply_to, show

MOST_STEPS = 2
"""Steps of a problem; more are beyond a small model."""

LONGEST = 330
"""Characters of a question."""

VARIANTS = 4
"""Times that a problem is told, each time with other numbers."""

_KNOWN = {"2", "3", "4", "7", "10", "12", "24", "30", "52", "60", "100"}
"""Numbers that a sum may hold though the question does not name them: halves, dozens, days of a week."""

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?(?![\w.]|,\d)|(?<![\w.,])\d+(?:\.\d+)?(?=[.,]?(?:\s|$))")


def word_problems(row: Row, draw: random.Random) -> Iterator[OwnTask]:
    """Make tasks of a row of `math.jsonl`: none if its question does not name the numbers of its sum.

    Args:
        row: With question, expressions, answer.
        draw: Draws other numbers.
    """
    question, expression = row["question"].strip(), joined_expression(row)
    if expression is None or len(question) > LONGEST:
        return
    named = Counter(_NUMBER.findall(question))
    needed = _NUMBER.findall(expression)
    if not set(needed) & set(named) or set(needed) - set(named) - _KNOWN:
        return
    yield _task(question, expression)
    if any(named[number] > 1 for number in needed):
        return  # which of them the sum means is not known
    for _ in range(VARIANTS - 1):
        others = {number: _another(number, draw) for number in dict.fromkeys(needed) if number in named}
        if len({*others.values(), *named}) == len(others) + len(named):
            changed = _replaced(expression, others)
            if _value(changed) > 0:
                yield _task(_replaced(question, others), changed)


def joined_expression(row: Row) -> str | None:
    """Put the steps of a solution into one expression; None if they do not come to its answer."""
    steps = row["expressions"] or []
    if not 1 <= len(steps) <= MOST_STEPS:
        return None
    whole = steps[0][0]
    for (_, result), (expression, _) in pairwise(steps):
        if result in _NUMBER.findall(row["question"]) or _NUMBER.findall(expression).count(result) != 1:
            return None
        whole = _replaced(expression, {result: f"({whole})"})
    try:
        return _tidied(whole) if show(_value(whole)) == row["answer"] else None
    except (InvalidExpression, SyntaxError, ArithmeticError, TypeError):
        return None


def _task(question: str, expression: str) -> OwnTask:
    step = calculate(expression)
    return OwnTask("calculate", question, [step], reply_to(step))


def _another(number: str, draw: random.Random) -> str:
    """Draw a number of the same size and with as many decimals."""
    whole, dot, decimals = number.partition(".")
    low = max(2, int(whole) // 2)
    drawn = str(draw.randint(low, max(9, int(whole) * 2)))
    return drawn + dot + "".join(draw.choice("123456789") for _ in decimals)


def _replaced(text: str, others: dict[str, str]) -> str:
    return _NUMBER.sub(lambda number: others.get(number[0], number[0]), text)


def _tidied(expression: str) -> str:
    """Write an expression with a space on both sides of each sign, and no brackets that change nothing."""
    return ast.unparse(ast.parse(expression.strip(), mode="eval"))


def _value(expression: str) -> float:
    value: float = simple_eval(expression)
    return value
