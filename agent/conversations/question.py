"""Read a question from arguments or standard input, and refuse what cannot be asked."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import BinaryIO

from agent.errors import QuestionError

MOST_WORDS = 200
"""The model reads about a thousand tokens at a time, and the passages need most of them."""
MOST_CHARACTERS = 2_000
_MOST_BYTES = 1_000_000


def read_question(arguments: Sequence[str], stream: BinaryIO | None = None) -> str:
    """Return the question of the arguments or, when there are none or just "-", of standard input.

    Raises:
        QuestionError: There is no question, or it cannot be asked.
    """
    if list(arguments) not in ([], ["-"]):
        return check_question(" ".join(arguments))
    source = sys.stdin.buffer if stream is None else stream
    if source.isatty():
        raise QuestionError(
            'There is no question: write it behind the command, as in ask "What is dropout?".'
        )
    try:
        return check_question(source.read(_MOST_BYTES).decode("utf-8"))
    except UnicodeDecodeError:
        raise QuestionError(
            "Standard input is no text in UTF-8: send the question as text, and files with --docs FOLDER."
        ) from None


def check_question(text: str) -> str:
    """Return the question without surrounding blanks.

    Raises:
        QuestionError: It is empty, too long, or no text.
    """
    question = text.strip()
    if not any(character.isalnum() for character in question):
        raise QuestionError("The question is empty: write what you want to know.")
    if "\x00" in question or not is_text(question):
        raise QuestionError("The question holds binary data: send text.")
    words = len(question.split())
    if words > MOST_WORDS:
        raise QuestionError(
            f"The question has {words:,} words and {MOST_WORDS} is the limit: shorten it, or put the text "
            "into a file of the folder and ask about that."
        )
    if len(question) > MOST_CHARACTERS:
        raise QuestionError(
            f"The question has {len(question):,} characters and {MOST_CHARACTERS:,} is the limit: shorten it."
        )
    return question


def is_text(text: str) -> bool:
    """Whether there are whole characters alone; JSON and command lines can hold halves of some."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
