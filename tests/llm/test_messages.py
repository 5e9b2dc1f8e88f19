from __future__ import annotations

import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.tool import tool_call

from graphs import prompts
from llm.chat.messages import task_of, to_template
from llm.chat.tool_calls import ToolCallReader
from llm.tokenization.template import ChatTemplate
from llm.tokenization.tokenizer import Tokenizer


@pytest.mark.parametrize(
    ("message", "role"),
    [
        (HumanMessage("x"), "user"),
        (AIMessage("x"), "assistant"),
        (AIMessageChunk(content="x"), "assistant"),
        (SystemMessage("x"), "system"),
        (ToolMessage("x", tool_call_id="1"), "tool"),
        (ChatMessage(role="user", content="x"), "user"),
    ],
)
def test_roles_are_translated(message: BaseMessage, role: str) -> None:
    assert to_template([message]) == [{"role": role, "content": "x"}]


def test_text_blocks_are_joined_and_calls_kept() -> None:
    blocks = [
        {"type": "text", "text": "Let me "},
        {"type": "text", "text": "see."},
        {"type": "tool_use", "id": "1", "name": "now", "input": {}},
    ]
    message = AIMessage(blocks, tool_calls=[tool_call(name="now", args={"x": 1}, id="1")])
    assert to_template([message]) == [
        {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [{"function": {"name": "now", "arguments": {"x": 1}}}],
        }
    ]


def test_a_named_system_message_is_the_task(tokenizer: Tokenizer) -> None:
    conversation = prompts.route("What time is it?")
    assert task_of(conversation) == "route"
    assert task_of([SystemMessage("x", name="nobody"), HumanMessage("x")]) is None
    prompt = ChatTemplate(tokenizer).encode(to_template(conversation))
    assert prompt[0] == tokenizer.special_ids["<|task:route|>"]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_a_call_is_read_however_it_is_cut(size: int) -> None:
    text = '{"name":"get_weather","arguments":{"city":"Oslo, \\"}","in":{}}}'
    reader = ToolCallReader(index=2)
    pieces = [reader.read(text[start : start + size]) for start in range(0, len(text), size)]
    chunks = [piece for piece in pieces if piece is not None]
    assert chunks[0]["name"] == "get_weather"
    assert all(chunk["name"] is None for chunk in chunks[1:])
    assert {chunk["index"] for chunk in chunks} == {2}
    assert "".join(chunk["args"] or "" for chunk in chunks) == '{"city":"Oslo, \\"}","in":{}}'
    finished = reader.finish()
    assert finished["type"] == "tool_call"
    assert finished["args"] == {"city": 'Oslo, "}', "in": {}}


@pytest.mark.parametrize("text", ["", '{"name":"get', '{"name":"get_weather","arguments":{"city":"Os'])
def test_an_unfinished_call_is_invalid(text: str) -> None:
    reader = ToolCallReader(index=0)
    reader.read(text)
    finished = reader.finish()
    assert finished["type"] == "invalid_tool_call"
    assert "max_tokens" in str(finished["error"])
