"""What an argument may copy from what was said, character by character."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from llm.errors import ConstraintError
from llm.inference.constraints import ConstraintCompiler
from llm.tokenization.tokenizer import Tokenizer

FREE = {"properties": {"city": {"type": "string", "title": "City", "description": "Where.", "default": ""}}}
SUM = {"properties": {"sum": {"type": "string", "pattern": "^[0-9+*/. ()x-]+$"}}, "required": ["sum"]}


@pytest.fixture(scope="module")
def compiler(tokenizer: Tokenizer) -> ConstraintCompiler:
    return ConstraintCompiler(tokenizer)


def tool(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "visit", "parameters": parameters}}


def may_copy(
    compiler: ConstraintCompiler, parameters: Mapping[str, Any], name: str, said: list[str], text: str
) -> bool:
    """Whether the content of an argument may be this text and the marks that close it."""
    constraint = compiler.copied_argument(tool(parameters), name, said)
    assert constraint is not None
    state = constraint.start()
    try:
        for token in compiler.tokenizer.encode(f" {text}"):
            state.advance(token)
    except ConstraintError:
        return False
    return state.is_complete


@pytest.mark.parametrize(
    ("copied", "is_allowed"),
    [
        ("東京 Inc.", True),
        ("Oslo", True),
        ("wet", True),
        ("wet!", True),
        ("b", True),
        ("a", False),
        ("Bergen", False),
        ("Osl", False),
        ("", False),
        ("Oslo,", False),
        ("Oslo ,", False),
        (" wet", False),
        ("wet:", False),
        ("!", False),
        ("...", False),
        ("(see)", True),
    ],
)
def test_a_run_of_whole_words_is_copied_without_the_marks_around_it(
    compiler: ConstraintCompiler, copied: str, is_allowed: bool
) -> None:
    said = ['Call it "東京 Inc." or\n"a \\ b"', "Oslo, is wet: wet! \x01", ' "" ', "Well ... (see)"]
    assert may_copy(compiler, FREE, "city", said, f'{copied}"}}}}') is is_allowed


@pytest.mark.parametrize(
    ("said", "copied", "is_allowed"),
    [
        ("The price of the Penworth lamp", "price of the Penworth lamp", True),
        ("The price of the Penworth lamp", "price of the", False),
        ("The price of the Penworth lamp", "price of", False),
        ("The price of the Penworth lamp", "The", False),
        ("The price of the Penworth lamp", "The price", True),
        ("Call Althe or Sofa", "Althe or Sofa", True),
        ("Open notes/red-tea.md now", "notes/red-tea.md", True),
        ("Open notes/red-tea.md now", "Open notes/red-tea.md", True),
        ("Open notes/red-tea.md now", "notes/red-", False),
        ("Open notes/red-tea.md now", "tea.md", False),
        ("Read notes.md.", "notes.md", True),
        ("Is it Oslo/Bergen?", "Oslo/Bergen", True),
        ("See https://a.no/b?c=d, please", "https://a.no/b?c=d", True),
        ("See https://a.no/b#c, please", "a.no/b", False),
        ("At 10:30, name:Anna", "10:30", True),
        ("At 10:30, name:Anna", "30", False),
        ("At 10:30, name:Anna", "Anna", True),
        ("Oslo's time", "Oslo", True),
        ("A table at Burma Love, please", "Burma Love", True),
        ("A table at Burma Love, please", "Burma", False),
        ("A table at Burma Love, please", "Love", False),
        ("Are O'Neil's in New York and Oslo?", "New York", True),
        ("Are O'Neil's in New York and Oslo?", "York", False),
        ("I live at 1047 Lincoln Highway here", "1047 Lincoln Highway", True),
        ("I live at 1047 Lincoln Highway here", "Lincoln Highway", False),
        ("I want 12 Blue Boxes here", "Blue Boxes", True),
        ("It plays in Cinema City 3 tonight", "Cinema City 3", True),
        ("It plays in Cinema City 3 tonight", "Cinema City", False),
        ("A day at Museum of Modern Art, please", "Modern Art", False),
        ("A day at Bed & Breakfast, please", "Breakfast", False),
        ("Nice. Find Oslo Tours", "Oslo Tours", True),
        ("Find Oslo", "Oslo", True),
        ("Find Oslo Tours", "Find Oslo Tours", True),
    ],
)
def test_paths_names_and_words_with_hyphens_are_copied_wholly(
    compiler: ConstraintCompiler, said: str, copied: str, is_allowed: bool
) -> None:
    assert may_copy(compiler, FREE, "city", [said], f'{copied}"}}}}') is is_allowed


@pytest.mark.parametrize(
    ("said", "copied", "is_allowed"),
    [
        ("What is 12 + 3 * 4?", "12 + 3 * 4", True),
        ("What is 12 + 3 * 4?", "12 + 3", True),
        ("What is 12 + 3 * 4?", "12", False),
        ("What is 12 + 3 * 4?", "12 + 4", False),
        ("What is 12/3?", "12/3", True),
        ("Is 7.50 / 3 more?", "7.50", False),
        ("Is 7.50 / 3 more?", "7.50 / 3", True),
        ("I have (5 + 2) * 8 in mind", "(5 + 2) * 8", True),
        ("First line\n5 - 2 is said here", "5 - 2", True),
    ],
)
def test_what_fits_a_pattern_is_copied_where_it_holds_several_words(
    compiler: ConstraintCompiler, said: str, copied: str, is_allowed: bool
) -> None:
    assert may_copy(compiler, SUM, "sum", [said], f'{copied}"}}}}') is is_allowed


@pytest.mark.parametrize("said", ["A dozen eggs at 3 euros", "Nothing", "7", "7.50", "1,000"])
def test_where_nothing_fits_a_pattern_it_is_written(compiler: ConstraintCompiler, said: str) -> None:
    assert compiler.copied_argument(tool(SUM), "sum", [said]) is None


@pytest.mark.parametrize(
    ("required", "closing", "is_allowed"),
    [
        ([], '","', True),
        ([], '"}}', True),
        (["b"], '","', True),
        (["b"], '"}}', False),
        (["a"], '"}}', True),
    ],
)
def test_a_copy_ends_where_the_call_may_go_on_or_end(
    compiler: ConstraintCompiler, required: list[str], closing: str, is_allowed: bool
) -> None:
    free = {"type": "string"}
    parameters = {"properties": {"a": free, "b": free}, "required": required}
    assert may_copy(compiler, parameters, "a", ["Oslo"], f"Oslo{closing}") is is_allowed
    assert not may_copy(compiler, parameters, "b", ["Oslo"], 'Oslo","')
    assert may_copy(compiler, parameters, "b", ["Oslo"], 'Oslo"}}')


@pytest.mark.parametrize(
    ("schema", "is_copied"),
    [
        ({"type": "string"}, True),
        ({"type": "string", "format": "no format"}, True),
        ({"type": "string", "format": "date"}, False),
        ({"type": "string", "enum": ["b"]}, False),
        ({"type": "string", "maxLength": 3}, False),
        ({"type": "string", "pattern": "[A-Z]"}, False),
        ({"type": "integer"}, False),
        ({"description": "anything"}, False),
        ({"$ref": "#/$defs/B"}, False),
        (True, False),
        (False, False),
    ],
)
def test_what_is_copied_is_a_free_string(compiler: ConstraintCompiler, schema: Any, is_copied: bool) -> None:
    visit = tool({"properties": {"a": schema}})
    assert (compiler.copied_argument(visit, "a", ["In Oslo"]) is not None) is is_copied


@pytest.mark.parametrize(
    "parameters", [None, {}, {"properties": None}, {"properties": {"b": {"type": "string"}}}]
)
def test_an_argument_that_is_not_described_is_not_copied(
    compiler: ConstraintCompiler, parameters: Any
) -> None:
    assert compiler.copied_argument(tool(parameters), "a", ["In Oslo"]) is None


@pytest.mark.parametrize("said", [[], [" ", '"'], ["?!", "'"]])
def test_where_no_word_was_said_nothing_is_copied(compiler: ConstraintCompiler, said: list[str]) -> None:
    assert compiler.copied_argument(tool(FREE), "city", said) is None
