"""Random weights never break a constraint.

`HOMESPUN_FUZZ=10000` asks for that many replies under each constraint instead of a handful.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import jsonschema
import pytest

from llm.errors import ConstraintError
from llm.inference.constraints import Constraint
from llm.inference.engine import Engine
from llm.inference.sampling import GenerationSettings
from llm.inference.schemas import close_schema
from llm.tokenization.opening import close_strings, close_text
from llm.tokenization.template import ChatTemplate

REPLIES = int(os.environ.get("HOMESPUN_FUZZ", "60"))

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 12},
        "age": {"type": "integer", "minimum": 0, "maximum": 130},
        "tags": {"type": "array", "items": {"enum": ["a", "bb", "東京"]}, "minItems": 1},
        "home": {"$ref": "#/$defs/Place"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["name", "age", "tags", "home"],
    "$defs": {"Place": {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}},
}
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
    "required": ["city"],
}
TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "description": "", "parameters": WEATHER}},
    {"type": "function", "function": {"name": "find_person", "description": "", "parameters": PERSON}},
    {"type": "function", "function": {"name": "now"}},
]
PASSAGES = [
    "The capital of Norway is Oslo, a city of 709,037 people\nat the head of a fjord.",
    "  It's - as they say - «wet»: 東京 is not.\r\n\r\nA new paragraph. ",
    "x",
]


def replies(engine: Engine, constraint: Constraint, max_tokens: int = 80) -> list[str]:
    prompt = ChatTemplate(engine.tokenizer).encode(
        [{"role": "user", "content": "Oslo is a city. yes or no?"}]
    )
    texts = []
    for seed in range(REPLIES):
        settings = GenerationSettings(
            max_tokens=max_tokens + seed % 40, temperature=(0.0, 0.7, 1.0, 3.0)[seed % 4], seed=seed
        )
        completion = engine.complete(prompt, settings, constraint)
        texts.append(engine.tokenizer.decode(token.id for token in completion.tokens))
        assert len(completion.tokens) <= settings.max_tokens
    assert len(texts) == REPLIES
    return texts


def test_json_validates(engine: Engine) -> None:
    for text in replies(engine, engine.constraints.json_schema(PERSON)):
        jsonschema.validate(json.loads(text), close_schema(PERSON))


def test_any_json_object_is_closed(engine: Engine) -> None:
    for text in replies(engine, engine.constraints.json_schema({"type": "object"})):
        assert isinstance(json.loads(text), dict)


@pytest.mark.parametrize("required", [True, False])
def test_tool_calls_validate(engine: Engine, required: bool) -> None:
    schemas: dict[str, Any] = {"get_weather": WEATHER, "find_person": PERSON, "now": {"maxProperties": 0}}
    constraint = engine.constraints.tool_calls(TOOLS, required=required)
    for text in replies(engine, constraint):
        words, *calls = text.split("<|tool_call|>")
        assert calls or words
        assert not (required and words)
        for call in calls:
            content = json.loads(call)
            assert content.keys() == {"name", "arguments"}
            jsonschema.validate(close_strings(content["arguments"]), close_schema(schemas[content["name"]]))


def test_a_single_call_is_single(engine: Engine) -> None:
    constraint = engine.constraints.tool_calls(TOOLS, required=True, parallel=False)
    assert all(text.count("<|tool_call|>") == 1 for text in replies(engine, constraint))


def test_choices_are_kept(engine: Engine) -> None:
    choices = ["yes", "yes, of course", "no", 'a "quoted" \\ one', "東京"]
    assert set(map(close_text, replies(engine, engine.constraints.choice(choices)))) <= set(choices)


@pytest.mark.parametrize("pattern", [r"[A-Z]{2}-[0-9]{3}(/[a-z]+)?", r"(a\/|b\\/)[0-9]{2}"])
def test_patterns_are_kept(engine: Engine, pattern: str) -> None:
    assert all(re.fullmatch(pattern, text) for text in replies(engine, engine.constraints.regex(pattern)))


def test_grammars_are_kept(engine: Engine) -> None:
    constraint = engine.constraints.lark('start: "(" start ")" | /[0-9]/')
    for text in replies(engine, constraint):
        depth = text.count("(")
        assert re.fullmatch("[(]" * depth + "[0-9]" + "[)]" * depth, text)


@pytest.mark.parametrize("max_tokens", [6, 80])
def test_spans_stand_in_the_passages(engine: Engine, max_tokens: int) -> None:
    starts = set()
    for text in map(close_text, replies(engine, engine.constraints.spans(PASSAGES), max_tokens)):
        assert any(text in passage for passage in PASSAGES)
        assert text.strip() == text != ""
        starts.add(text[0])
    assert len(starts) > 1


@pytest.mark.parametrize("max_tokens", [12, 80])
def test_questions_name_nothing_else(engine: Engine, max_tokens: int) -> None:
    names = {"Norway", "Oslo", "709,037", "\u6771\u4eac", "C++", "A/B"}
    constraint = engine.constraints.questions(f"When was {', '.join(sorted(names))} wet?")
    named = set()
    for text in map(close_text, replies(engine, constraint, max_tokens)):
        for question in text.split("\n"):
            assert question.endswith("?")
            others = question.removesuffix("?").split()[1:]
            words = {
                word.removesuffix(",")
                for word in others
                if not re.fullmatch(r"[a-z'-]+,?|#[1-9]('s)?,?", word)
            }
            assert words <= names | {"When"}
            named |= words
    assert named


def test_spans_are_whole_words(engine: Engine) -> None:
    words = set(re.findall(r"\w+", " ".join(PASSAGES)))
    for text in replies(engine, engine.constraints.spans(PASSAGES)):
        assert set(re.findall(r"\w+", text)) <= words


def test_the_same_constraint_serves_many_replies_at_once(engine: Engine) -> None:
    constraint = engine.constraints.choice(["yes", "no"])
    one, other = constraint.start(), constraint.start()
    for token in engine.tokenizer.encode(" yes"):
        one.advance(token)
    assert one.is_complete
    assert not other.is_complete


def test_a_token_that_is_not_allowed_is_refused(engine: Engine) -> None:
    state = engine.constraints.choice(["yes", "no"]).start()
    with pytest.raises(ConstraintError):
        state.advance(engine.tokenizer.encode("x")[0])


@pytest.mark.parametrize("pattern", ["(", "[z-a]"])
def test_wrong_patterns_are_refused(engine: Engine, pattern: str) -> None:
    with pytest.raises(ConstraintError, match="cannot be held"):
        engine.constraints.regex(pattern)


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {"type": "object", "not": {"type": "string"}}])
def test_schemas_that_cannot_be_enforced_are_refused(engine: Engine, schema: dict[str, Any]) -> None:
    with pytest.raises(ConstraintError, match="cannot be held"):
        engine.constraints.json_schema(schema)


def test_choices_must_not_be_empty(engine: Engine) -> None:
    for choices in ([], [""], ["yes", ""]):
        with pytest.raises(ConstraintError):
            engine.constraints.choice(choices)


def test_a_limit_below_the_shortest_reply_is_reported_as_such(engine: Engine) -> None:
    constraint = engine.constraints.json_schema(PERSON)
    completion = engine.complete([5, 6], GenerationSettings(max_tokens=3), constraint)
    assert completion.finish.reason == "length"
    assert len(completion.tokens) == 3
