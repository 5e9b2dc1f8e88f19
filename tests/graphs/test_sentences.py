"""Where sentences begin and end."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.sentences import enclosing_sentences, sentences, statements


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("It is 3.5 m, e.g. tall. Yes.", ["It is 3.5 m, e.g. tall.", "Yes."]),
        ("Dr. Finch met J. Smith. They spoke.", ["Dr. Finch met J. Smith.", "They spoke."]),
        ("See Fig. 3 for it. Then stop.", ["See Fig. 3 for it.", "Then stop."]),
        ("Use pip, uv, etc. The rest is easy.", ["Use pip, uv, etc.", "The rest is easy."]),
        ("The answer is no. It stays.", ["The answer is no.", "It stays."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("It is **bold.** And on.", ["It is **bold.**", "And on."]),
        ("Call `a. B` now. Then go.", ["Call `a. B` now.", "Then go."]),
        ("A line\nthat goes on. Next.", ["A line\nthat goes on.", "Next."]),
        ("# Title\nText here.\n", ["# Title", "Text here."]),
        ("- one. Two\n- three\n  more\n1. four", ["one.", "Two", "three\n  more", "four"]),
        ("Intro:\n\n```python\nx = 1. \ny = 2\n```\nEnd.", ["Intro:", "x = 1.", "y = 2", "End."]),
        ("~~~\n```\n~~~\nEnd.", ["```", "End."]),
        ("| a | b |\n|---|---|\n| 1. A | 2 |", ["| a | b |", "|---|---|", "| 1. A | 2 |"]),
        ("\u5b83\u5f88\u9ad8\u3002\u662f\u7684\u3002", ["\u5b83\u5f88\u9ad8\u3002", "\u662f\u7684\u3002"]),
        ("Wait... what? Version 2.0 is out.", ["Wait... what?", "Version 2.0 is out."]),
        ("one\n\ntwo", ["one", "two"]),
        ("Intro\n```\nx\n```\nOne. Two.", ["Intro", "x", "One.", "Two."]),
        ("Call `a. B\n\nc` now. Go.", ["Call `a.", "B", "c` now.", "Go."]),
        ("Call `a`. Then go.", ["Call `a`.", "Then go."]),
        ("Call `a.` Then go.", ["Call `a.` Then go."]),
        ("Android first, etc. iOS is next.", ["Android first, etc. iOS is next."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## Dropout\n\nIt drops units.\n\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |",
         ["It drops units.", "| a | b |", "| 1 | 2 |"]),
        ("#1 in the list is Oslo.", ["#1 in the list is Oslo."]),
        ("# Only a title", []),
        ("", []),
    ],
)  # fmt: skip
def test_headings_and_rules_tell_nothing(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in statements(text)] == expected


def test_a_span_is_widened_to_the_sentences_that_it_touches() -> None:
    text = "One is here. Two is there. Three is nowhere."
    start, end = enclosing_sentences(text, text.index("here."), text.index("is there") + 2)
    assert text[start:end] == "One is here. Two is there."


@pytest.mark.parametrize("span", [(0, 4), (4, 7)])
def test_a_sentence_that_a_span_only_borders_on_stays_out(span: tuple[int, int]) -> None:
    assert enclosing_sentences("\u5b83\u5f88\u9ad8\u3002\u662f\u7684\u3002", *span) == span


def test_a_span_outside_sentences_stays() -> None:
    text = "```\nx\n```"
    assert enclosing_sentences(text, 0, 3) == (0, 3)


@given(st.text(alphabet=st.sampled_from("aB1.!? \n#-`|*\u3002"), max_size=80))
def test_spans_are_ordered_and_lose_no_words(text: str) -> None:
    spans = sentences(text)
    assert all(start < end for start, end in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    if "`" not in text:
        assert sum(map(str.isalpha, "".join(cut(text)))) == sum(map(str.isalpha, text))
        assert all(text[start:end] == text[start:end].strip() for start, end in spans)
