"""The space that opens every text: put before what the model reads, taken from what it writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llm.inference.schemas import open_schema
from llm.tokenization.opening import StringCloser, close_strings, close_text, open_strings, open_text
from llm.tokenization.tokenizer import Tokenizer

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.sampled_from("ab"), children),
)


def test_a_word_that_begins_a_text_is_the_token_that_it_is_inside_one(tokenizer: Tokenizer) -> None:
    inside = tokenizer.encode("in the")[len(tokenizer.encode("in")) :]
    assert tokenizer.encode(open_text("the")) == inside
    assert tokenizer.encode("the") != inside


@given(st.text())
def test_a_text_comes_back(text: str) -> None:
    assert close_text(open_text(text)) == text


def test_nothing_stays_nothing() -> None:
    assert open_text("") == ""


@example({"a": {" b": [" c", {" d": "e"}]}})
@given(VALUES)
def test_strings_come_back_whole_or_piece_by_piece(value: Any) -> None:
    written = json.dumps(open_strings(value), ensure_ascii=False, separators=(",", ":"))
    closer = StringCloser()
    pieces = [closer.close(written[start : start + 3]) for start in range(0, len(written), 3)]
    assert json.loads("".join(pieces)) == close_strings(json.loads(written)) == value


@pytest.mark.parametrize(
    ("schema", "opened"),
    [
        ({"type": "string"}, {"type": "string", "pattern": "^ "}),
        ({"type": ["string", "null"]}, {"type": ["string", "null"], "pattern": "^ "}),
        (
            {"type": "string", "minLength": 1, "maxLength": 4},
            {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^ "},
        ),
        ({"type": "string", "format": "date"}, {"type": "string", "format": "date"}),
        ({"type": "string", "pattern": "^[A-Z]"}, {"type": "string", "pattern": "^[A-Z]"}),
        ({"type": "string", "pattern": "^a|b$"}, {"type": "string", "pattern": "^ (?:a|b)$"}),
        ({"type": "string", "pattern": "^a\\$"}, {"type": "string", "pattern": "^a\\$"}),
        ({"type": "string", "pattern": "^$|^[$|]+$"}, {"type": "string", "pattern": "^ (?:|[$|]+)$"}),
        ({"type": "string", "pattern": "^(a$|^b)$"}, {"type": "string", "pattern": "^(a$|^b)$"}),
        ({"type": "string", "format": "path"}, {"type": "string", "pattern": "^ "}),
        ({"type": "integer", "format": "int32"}, {"type": "integer"}),
        ({"type": "string", "enum": ["C", "F"]}, {"type": "string", "enum": [" C", " F"]}),
        ({"enum": ["C", 1, None]}, {"enum": [" C", 1, None]}),
        ({"const": "C"}, {"const": " C"}),
        ({"type": "integer"}, {"type": "integer"}),
        ({}, {}),
    ],
)
def test_the_strings_of_a_schema_are_opened_unless_it_says_how_they_begin(
    schema: dict[str, Any], opened: dict[str, Any]
) -> None:
    assert open_schema(schema) == opened
    assert open_schema({"type": "array", "items": schema}) == {"type": "array", "items": opened}
    assert open_schema({"anyOf": [schema]}) == {"anyOf": [opened]}
    assert open_schema({"properties": {"enum": schema}}) == {"properties": {"enum": opened}}
