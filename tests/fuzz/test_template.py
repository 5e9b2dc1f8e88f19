"""Whatever is said in a conversation, only the template places special tokens."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from llm.tokenization.special_tokens import SPECIAL_TOKENS, TASKS
from llm.tokenization.template import ChatTemplate, render
from llm.tokenization.tokenizer import Tokenizer
from tests.fuzz.conftest import any_text, examples

spelled = st.lists(
    st.sampled_from([*SPECIAL_TOKENS[:20], "<|", "|>", "<|end", "|", "\u200b", "<|e\u006ed|>"]) | any_text,
    max_size=6,
).map("".join)
values = st.recursive(spelled | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=2))
calls = st.builds(
    lambda name, arguments: {"function": {"name": name, "arguments": arguments}},
    spelled,
    st.dictionaries(spelled, values, max_size=2),
)
messages = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "developer"]), "content": spelled},
    optional={"name": st.sampled_from(TASKS) | spelled, "tool_calls": st.lists(calls, max_size=2)},
)
tools = st.builds(
    lambda name, text, properties: {
        "function": {"name": name, "description": text, "parameters": {"properties": properties}}
    },
    spelled,
    spelled,
    st.dictionaries(spelled, st.fixed_dictionaries({"enum": st.lists(spelled, max_size=2)}), max_size=2),
)
conversations = st.lists(messages, max_size=4)
toolboxes = st.lists(tools, max_size=2)


@given(conversations, toolboxes)
@examples(100, 4000)
def test_content_places_no_special_token(
    tokenizer: Tokenizer, conversation: list[Any], bound: list[Any]
) -> None:
    """Messages, names, calls and tools may spell special tokens: the template alone places them."""
    template = ChatTemplate(tokenizer)
    special = [token for token in template.encode(conversation, bound) if tokenizer.is_special(token)]
    placed = [part.text for part in render(conversation, bound) if part.is_special]
    assert [tokenizer.decode([token]) for token in special[:-1]] == placed
    assert len(placed) <= 3 * len(conversation) + 2 + sum(
        len(message.get("tool_calls", ())) for message in conversation
    )


@given(conversations, toolboxes)
@examples(60, 3000)
def test_what_is_said_stands_in_the_prompt(
    tokenizer: Tokenizer, conversation: list[Any], bound: list[Any]
) -> None:
    """The prompt holds every word of every message, byte for byte, but for tasks, which the model knows."""
    prompt = tokenizer.decode(ChatTemplate(tokenizer).encode(conversation, bound))
    for message in conversation:
        if message["role"] != "system" or message.get("name") not in TASKS:
            assert message["content"] in prompt


@given(conversations.map(lambda said: [m for m in said if m["role"] != "assistant"]))
@examples(100, 4000)
def test_only_replies_are_learned(tokenizer: Tokenizer, conversation: list[Any]) -> None:
    """Nothing that a person, a tool or a document says is taught to the model as its own words."""
    tokens, learned = ChatTemplate(tokenizer).encode_example(conversation)
    assert len(tokens) == len(learned)
    assert not any(learned)
