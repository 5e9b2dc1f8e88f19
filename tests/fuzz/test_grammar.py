"""Whatever schema a reply is held to, it is kept or refused in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llm.errors import ConstraintError
from llm.inference.constraints import Constraint
from llm.inference.engine import Engine
from llm.inference.sampling import GenerationSettings
from llm.tokenization.opening import close_text
from tests.fuzz.conftest import any_json, any_text, examples

WHITE_SPACE = "".join(
    sign for sign in map(chr, range(0x3001)) if sign.isspace() and not "\x1c" <= sign <= "\x1f"
)
"""What Unicode calls white space; Python counts four control characters more."""

names = st.sampled_from(["a", "b", "city", "größe", 'qu"ote', "x y", ""])
leaves = st.one_of(
    st.sampled_from(
        [
            {"type": "string"},
            {"type": "integer"},
            {"type": "number"},
            {"type": "boolean"},
            {"type": "null"},
            {"type": "string", "format": "date"},
            {"type": ["string", "null"]},
            {},
        ]
    ),
    st.builds(lambda low, span: {"type": "integer", "minimum": low, "maximum": low + span},
              st.integers(-50, 50), st.integers(0, 60)),
    st.builds(lambda low, span: {"type": "string", "minLength": low, "maxLength": low + span},
              st.integers(0, 3), st.integers(0, 4)),
    st.lists(st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=4), min_size=1, max_size=3)
    .map(lambda values: {"enum": values}),
    st.integers(-9, 9).map(lambda value: {"const": value}),
    st.sampled_from(["[ab]{1,3}", "^x+$", "(yes|no)", "\\d{2}"]).map(
        lambda pattern: {"type": "string", "pattern": pattern}
    ),
)  # fmt: skip


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda properties, count, extra: {
            "type": "object",
            "properties": properties,
            "required": sorted(properties)[:count],
        } | extra,
        st.dictionaries(names, inner, max_size=3),
        st.integers(0, 3),
        st.sampled_from([{}, {"additionalProperties": False}, {"additionalProperties": {"type": "null"}}]),
    )  # fmt: skip


def arrays(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda items, low, span: {"type": "array", "items": items, "minItems": low, "maxItems": low + span},
        inner,
        st.integers(0, 2),
        st.integers(0, 2),
    )


schemas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        objects(inner),
        arrays(inner),
        st.lists(inner, min_size=1, max_size=2).map(lambda any_of: {"anyOf": any_of}),
    ),
    max_leaves=5,
)
keywords = st.sampled_from(
    """type properties items required enum const anyOf oneOf allOf not pattern format minimum maximum minItems
    maxItems minLength maxLength $ref $defs additionalProperties uniqueItems if then""".split()
)
wild = st.recursive(
    any_json, lambda inner: st.dictionaries(keywords, inner, max_size=4), max_leaves=6
).filter(lambda value: isinstance(value, dict))


def compiled(compile_it: Callable[[], Constraint]) -> Constraint | None:
    """Return the constraint, or None where it was refused as it should be: in one sentence."""
    try:
        return compile_it()
    except ConstraintError as error:
        sentence = str(error)
    assert sentence.startswith("The reply cannot be held")
    assert "\n" not in sentence
    return None


def reply(engine: Engine, constraint: Constraint, seed: int) -> tuple[str, bool]:
    """Return what a model of random weights says under a constraint, and whether it came to its end."""
    settings = GenerationSettings(max_tokens=120, temperature=1.0, seed=seed)
    prompt = engine.tokenizer.encode("Say it.")
    completion = engine.complete(prompt, settings, constraint)
    said = engine.tokenizer.decode(token.id for token in completion.tokens)
    return said, completion.finish.reason == "stop"


@given(schemas, st.integers(0, 2**31))
@examples(30, 400)
def test_replies_validate(engine: Engine, schema: dict[str, Any], seed: int) -> None:
    """A reply that is held to a schema is JSON that validates; what cannot be enforced is refused."""
    constraint = compiled(lambda: engine.constraints.json_schema(schema))
    if constraint is None:
        return
    text, is_whole = reply(engine, constraint, seed)
    if is_whole:
        jsonschema.validate(json.loads(text), schema)


@given(wild)
@examples(100, 3000)
def test_wild_schemas_compile_or_are_refused(engine: Engine, schema: dict[str, Any]) -> None:
    """Anything sent as a schema compiles or is refused in one sentence."""
    compiled(lambda: engine.constraints.json_schema(schema))


@given(any_text | st.sampled_from(["(", "[a", "a{9999999}", "\\", "/", "\n", "(?i)a", "a*+"]))
@examples(100, 5000)
def test_any_pattern_compiles_or_is_refused(engine: Engine, pattern: str) -> None:
    """Anything sent as a regular expression compiles or is refused in one sentence."""
    compiled(lambda: engine.constraints.regex(pattern))


@given(st.lists(any_text, max_size=3), st.integers(0, 2**31))
@example(["1\x1f"], 1)
@examples(60, 1000)
def test_spans_of_any_texts_stand_in_them(engine: Engine, texts: list[str], seed: int) -> None:
    """Whatever the passages hold, a quotation stands in one of them letter for letter."""
    if not any(text.strip() for text in texts):
        with pytest.raises(ConstraintError, match="no text to quote"):
            engine.constraints.spans(texts)
        return
    written, is_whole = reply(engine, engine.constraints.spans(texts), seed)
    said = close_text(written)
    if is_whole:
        assert said.strip(WHITE_SPACE) == said != ""
        assert any(said in text for text in texts)


@given(st.lists(any_text, min_size=1, max_size=3), st.integers(0, 2**31))
@example(["\x7f"], 0)
@examples(40, 1000)
def test_any_choices_are_kept(engine: Engine, choices: list[str], seed: int) -> None:
    """A reply that is held to choices is one of them, whatever signs they hold."""
    if not all(choices):
        with pytest.raises(ConstraintError, match="may be empty"):
            engine.constraints.choice(choices)
        return
    said, is_whole = reply(engine, engine.constraints.choice(choices), seed)
    assert not is_whole or close_text(said) in choices
