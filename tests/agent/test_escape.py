from __future__ import annotations

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.rendering.escape import one_line, to_json, visible

NASTY = "a\x1b[31mred\x1b]0;title\x07\x9b2J\u202edlrow\x7f\r\x00"


def test_nothing_reaches_the_terminal_as_a_command() -> None:
    shown = visible(NASTY)
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "\u202e" not in shown
    assert "red" in shown


def test_line_breaks_and_tabs_stay() -> None:
    assert visible("a\r\nb\tc\n") == "a\nb\tc\n"


def test_one_line_is_one_line() -> None:
    assert one_line("a\n b\u2028c\x85d") == "a b<U+2028>c<U+0085>d"


@given(st.text())
def test_visible_text_is_printable(text: str) -> None:
    assert all(letter.isprintable() or letter in "\n\t" or ord(letter) > 0x9F for letter in visible(text))


@given(st.text())
def test_json_keeps_the_exact_text_and_is_harmless(text: str) -> None:
    encoded = to_json({"quote": text})
    assert json.loads(encoded) == {"quote": text}
    assert not set(encoded) & set("\x1b\x07\x9b\x7f\u202e\r\n")


def test_json_is_exact_on_an_output_that_is_not_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"quote": "\u2192 \u65e5, f\u00fcr \U0001d11e\x7f"}
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "cp1252", errors="replace"))
    encoded = to_json(content)
    assert json.loads(encoded.encode("cp1252")) == content
    assert "\x7f" not in encoded
    assert to_json({"quote": "f\u00fcr"}) == '{"quote": "f\u00fcr"}'
