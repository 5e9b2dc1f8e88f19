"""The space that opens a text, so that its first word is the token it would be in the middle of one.

To a byte-level tokenizer "Oslo" and " Oslo" are two tokens, or more: only the second is one that a model
meets in running text. A reply that copies a word should be able to write the very token that was read, so
the content of every message, and every string in a reply of JSON or among the arguments of a call, begins
with a space.
SentencePiece adds the same dummy prefix (Kudo and Richardson 2018). It exists between template and
model alone: what people and programs see comes without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

OPENING = " "


def open_text(text: str) -> str:
    """Return a text as the model reads and writes it; an empty one stays empty."""
    return OPENING + text if text else text


def close_text(text: str) -> str:
    """Undo `open_text`; a text without the space stays as it is."""
    return text.removeprefix(OPENING)


def open_strings(value: Any) -> Any:
    """Open every string in a JSON value; names of properties stay as they are."""
    return _map_strings(value, OPENING.__add__)


def close_strings(value: Any) -> Any:
    """Undo `open_strings`."""
    return _map_strings(value, close_text)


def _map_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _map_strings(child, change) for name, child in value.items()}
    if isinstance(value, list | tuple):
        return [_map_strings(child, change) for child in value]
    return value


class StringCloser:
    """Takes the opening out of the strings of compact JSON while it is written, piece by piece."""

    def __init__(self) -> None:
        self._is_inside = self._is_escaped = self._is_first = False
        self._brackets = ""
        """Those that are open."""
        self._is_name = False
        """Whether the next string is the name of a property, which has no opening."""

    def close(self, text: str) -> str:
        """Return the next piece without the openings in it."""
        return "".join(letter for letter in text if self._keeps(letter))

    def _keeps(self, letter: str) -> bool:
        """Follow a character; say whether it stays."""
        is_opening = self._is_first and letter == OPENING
        was_inside, self._is_first = self._is_inside, False
        if self._is_escaped or (was_inside and letter == "\\"):
            self._is_escaped = not self._is_escaped
        elif letter == '"':
            self._is_inside = not was_inside
            self._is_first = self._is_inside and not self._is_name
        elif not was_inside:
            self._follow(letter)
        return not is_opening

    def _follow(self, letter: str) -> None:
        """Follow a character between strings."""
        if letter in "{[":
            self._brackets += letter
        elif letter in "}]":
            self._brackets = self._brackets[:-1]
        if letter in "{[,:":
            self._is_name = letter in "{," and self._brackets.endswith("{")
