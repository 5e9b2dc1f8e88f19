from __future__ import annotations

import io

import pytest

from agent.conversations.question import MOST_WORDS, check_question, read_question
from agent.errors import QuestionError


def test_arguments_are_joined() -> None:
    assert read_question(["What", "is", "dropout?"]) == "What is dropout?"


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_standard_input_is_read_without_arguments(arguments: list[str]) -> None:
    assert read_question(arguments, io.BytesIO("  Où est-il ?\n".encode())) == "Où est-il ?"


@pytest.mark.parametrize("text", ["", "   ", "?!", "\n\t"])
def test_an_empty_question_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        check_question(text)


def test_the_limit_is_named() -> None:
    assert check_question("word " * MOST_WORDS)
    with pytest.raises(QuestionError, match=f"20,000 words and {MOST_WORDS} is the limit"):
        check_question("word " * 20_000)


def test_a_megabyte_without_blanks_is_refused() -> None:
    with pytest.raises(QuestionError, match="1,000,000 characters"):
        check_question("x" * 1_000_000)


@pytest.mark.parametrize("data", [b"\xff\xd8\xff\xe0", b"what\x00ever"])
def test_binary_input_is_refused(data: bytes) -> None:
    with pytest.raises(QuestionError):
        read_question([], io.BytesIO(data))
