"""Which edits of a question a constraint lets through: shortened, completed, asked anew."""

from __future__ import annotations

import pytest

from llm.inference.constraints import ConstraintCompiler
from llm.tokenization.tokenizer import Tokenizer
from tests.llm.test_grammars import allows

QUESTION = " Where is the, no sorry, what is it?\n"
SAID = ["Look at Norway.", "one two three four five six seven eight nine ten", "Is it? No"]


@pytest.fixture(scope="module")
def compiler(tokenizer: Tokenizer) -> ConstraintCompiler:
    return ConstraintCompiler(tokenizer)


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("Where is the, no sorry, what is it?", True),
        ("what is it?", True),
        ("What is it?", True),
        ("what is the it?", False),
        ("Where is it?", True),
        ("?", True),
        ("no sorry?", True),
        ("what is it", False),
        ("where is it?", False),
        ("WHERE is it?", False),
        (" is it?", False),
        ("what  is it?", False),
        ("Where Where it?", False),
        ("sorry is the?", False),
        ("what is it?\n", False),
        ("", False),
    ],
)
def test_a_shortened_text_keeps_the_order_and_the_end(
    compiler: ConstraintCompiler, text: str, is_allowed: bool
) -> None:
    assert allows(compiler, compiler.shortened(QUESTION), text) is is_allowed


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("What is it?", True),
        ("What is Norway?", True),
        ("What Norway?", True),
        ("Norway?", False),
        ("What is it in Norway?", True),
        ("What is it in Norway's?", True),
        ("What is Norway's?", True),
        ("Norway's it?", True),
        ("Norway's What is it?", True),
        ("Norway's is it?", True),
        ("Norway'sWhat is it?", False),
        ("What is it? Norway", True),
        ("What is it Norway", True),
        ("What is it?Norway", False),
        ("What isNorway?", False),
        ("What Norway", False),
        ("What is Norway's Norway?", False),
        ("What is behind Norway?", False),
        ("What is in in Norway?", False),
        ("What is one two three four five six seven eight?", True),
        ("What is one two three four five six seven eight nine?", False),
        ("What is Look?", True),
        ("What is at Norway?", True),
        ("What Look is it?", True),
        ("What is Look it?", True),
        ("Look What is it?", True),
        ("Look is it?", True),
        ("Look it?", True),
        ("What is Is it? No?", False),
        ("What is it in Norway's is it?", False),
        ("What is Norw?", False),
        ("What is", False),
        (" What is it?", False),
    ],
)
def test_a_completed_text_takes_one_span_for_two_pieces_at_most(
    compiler: ConstraintCompiler, text: str, is_allowed: bool
) -> None:
    assert allows(compiler, compiler.completed("What is it?", SAID), text) is is_allowed


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("When does the boat leave on Sundays?", True),
        ("When does the boat leave on Mondays on Sundays?", True),
        ("When does And on Sundays leave on Mondays?", True),
        ("When does the boat leave at on Sundays?", True),
        ("on Sundays?", True),
        ("When on Sundays?", True),
        ("When does the boat leave Sundays", True),
        ("When does the boat leave Mondays?", False),
        ("When does the boat leave on Tuesdays?", False),
        ("When does the boat leave on Sundays on Sundays?", False),
        ("When does the ferry leave on Sundays?", False),
        ("", False),
    ],
)
def test_a_question_asked_anew_takes_a_span_of_its_follow_up(
    compiler: ConstraintCompiler, text: str, is_allowed: bool
) -> None:
    asked = compiler.resumed("When does the boat leave on Mondays?", "And on Sundays?")
    assert allows(compiler, asked, text) is is_allowed


def test_a_follow_up_makes_room_for_itself_in_a_few_words(compiler: ConstraintCompiler) -> None:
    asked = compiler.resumed("One two three four five six seven eight?", "And x?")
    assert allows(compiler, asked, "x eight?")
    assert not allows(compiler, asked, "x?")


def test_a_follow_up_that_shares_no_word_changes_the_question(compiler: ConstraintCompiler) -> None:
    assert not allows(compiler, compiler.resumed("What is it?", "And Norway"), "What is it?")


@pytest.mark.parametrize("word", "of in for at by about to from with on the as".split())
def test_a_span_may_be_joined_by_a_small_word(compiler: ConstraintCompiler, word: str) -> None:
    assert allows(compiler, compiler.completed("What is it?", SAID), f"What is it {word} Norway?")
