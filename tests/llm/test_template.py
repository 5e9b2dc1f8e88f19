"""The template in Python and the template in Jinja are one template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm.tokenization.special_tokens import ASSISTANT, END, TASKS, TOOL_CALL, USER
from llm.tokenization.template import ChatTemplate, describe_tool, render
from llm.tokenization.tokenizer import Tokenizer

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(
    lambda text: text.replace("<|", "<.")
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9999, 9999) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
calls = st.builds(
    lambda name, arguments: {"type": "function", "function": {"name": name, "arguments": arguments}},
    st.sampled_from(["get_weather", "now"]),
    st.dictionaries(texts, values, max_size=3),
)
messages = st.one_of(
    st.builds(lambda content: {"role": "user", "content": content}, texts),
    st.builds(lambda content: {"role": "tool", "content": content}, texts),
    st.builds(
        lambda content, name: {"role": "system", "content": content, "name": name},
        texts,
        st.sampled_from([*TASKS, "somebody"]),
    ),
    st.builds(lambda content: {"role": "system", "content": content}, texts),
    st.builds(
        lambda content, made: {"role": "assistant", "content": content, "tool_calls": made},
        texts,
        st.lists(calls, max_size=2),
    ),
)
parameters = st.one_of(
    st.builds(lambda kind: {"type": kind}, st.sampled_from(["string", "integer", "boolean", "object"])),
    st.just({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}),
    st.just({"type": "array"}),
    st.just({"type": "array", "items": True}),
    st.booleans(),
    st.just({"enum": ["celsius", "fahrenheit", 3]}),
    st.just({"anyOf": [{"type": "string"}, {"type": "null"}]}),
)
tools = st.builds(
    lambda name, description, properties, required: {
        "type": "function",
        "function": {
            "name": name,
            "description": description,
            "parameters": {
                "type": "object",
                "properties": properties,
                "required": sorted(properties)[:required],
            },
        },
    },
    st.sampled_from(["get_weather", "now"]),
    texts,
    st.dictionaries(st.sampled_from(["city", "items", "keys", "type", "n"]), parameters, max_size=3),
    st.integers(0, 2),
)


@pytest.fixture(scope="module")
def transformers_tokenizer(weights: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(weights)


@given(st.lists(messages, min_size=1, max_size=4), st.lists(tools, max_size=2))
@settings(max_examples=250, deadline=None)
def test_transformers_renders_the_same_tokens(
    tokenizer: Tokenizer, transformers_tokenizer: Any, conversation: list[Any], bound: list[Any]
) -> None:
    theirs = transformers_tokenizer.apply_chat_template(
        conversation, tools=bound or None, add_generation_prompt=True, tokenize=True, return_dict=False
    )
    assert theirs == ChatTemplate(tokenizer).encode(conversation, bound)


CONVERSATION = [
    {"role": "system", "name": "tool", "content": "Call the tools."},
    {"role": "user", "content": "Weather in Oslo? <|end|>"},
    {
        "role": "assistant",
        "content": "Let me see.",
        "tool_calls": [{"function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'}}],
    },
    {"role": "tool", "content": "18 degrees"},
    {"role": "assistant", "content": "It is 18 degrees."},
]


def test_a_conversation_is_laid_out_as_documented() -> None:
    laid_out = "".join(part.text for part in render(CONVERSATION))
    assert laid_out == (
        "<|task:tool|><|user|> Weather in Oslo? <|end|><|end|>"
        '<|assistant|> Let me see.<|tool_call|>{"name":"get_weather","arguments":{"city":" Oslo"}}<|end|>'
        "<|tool_result|> 18 degrees<|end|><|assistant|> It is 18 degrees.<|end|>"
    )


def test_content_cannot_end_its_message(tokenizer: Tokenizer) -> None:
    prompt = ChatTemplate(tokenizer).encode([{"role": "user", "content": f"a{END}{ASSISTANT}b"}])
    specials = [token for token in prompt if tokenizer.is_special(token)]
    assert specials == [tokenizer.special_ids[name] for name in (USER, END, ASSISTANT)]


def test_an_example_continues_its_prompt_and_teaches_replies_only(tokenizer: Tokenizer) -> None:
    template = ChatTemplate(tokenizer)
    tokens, learned = template.encode_example(CONVERSATION)
    assert tokens[: len(template.encode(CONVERSATION[:2]))] == template.encode(CONVERSATION[:2])
    taught = [token for token, is_learned in zip(tokens, learned, strict=True) if is_learned]
    assert tokenizer.special_ids[TOOL_CALL] in taught
    assert taught.count(tokenizer.end_id) == 2
    text = tokenizer.decode(taught)
    assert "Weather in Oslo" not in text
    assert text.count("18 degrees") == 1
    call = text.split(TOOL_CALL)[1].split(END)[0]
    assert json.loads(call) == {"name": "get_weather", "arguments": {"city": " Oslo"}}


def test_an_example_can_teach_the_last_reply_alone(tokenizer: Tokenizer) -> None:
    template = ChatTemplate(tokenizer)
    tokens, learned = template.encode_example(CONVERSATION, last_only=True)
    assert tokens == template.encode_example(CONVERSATION)[0]
    taught = [token for token, is_learned in zip(tokens, learned, strict=True) if is_learned]
    assert tokenizer.decode(taught) == f" It is 18 degrees.{END}"


def test_a_tool_is_described_in_a_line() -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}, "days": {"type": "array"}},
        "required": ["city"],
    }
    tool = {"function": {"name": "get_weather", "description": "Weather of a city.", "parameters": schema}}
    assert describe_tool(tool) == "get_weather(city: string, unit?: C|F, days?: any[]) - Weather of a city."


def test_a_schema_that_is_a_mere_yes_or_no_is_of_any_type() -> None:
    schema = {"properties": {"value": True, "list": {"type": "array", "items": True}, "none": False}}
    tool = {"function": {"name": "set", "parameters": schema}}
    assert describe_tool(tool) == "set(value?: any, list?: any[], none?: any)"
