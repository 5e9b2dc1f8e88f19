"""One tool at a time: the likeliest is called if it is likely enough."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.utils.function_calling import convert_to_openai_tool

from graphs.ports import ToolModel
from llm import ChatHomespun
from llm.calibration import Calibration
from llm.chat.messages import to_template
from llm.chat.tool_calls import ToolChoice
from llm.chat.tool_selection import ToolSelection, call_probabilities, select_tool
from llm.inference.engine import Engine
from llm.tokenization.template import ChatTemplate

ASKED = [HumanMessage("What is the weather in Oslo?")]


def describe(name: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    return convert_to_openai_tool({"name": name, "description": f"The {name}.", "parameters": schema})


TOOLS = [describe(name) for name in ("weather", "capital", "book", "city")]


def select(engine: Engine, choice: object = None, threshold: float = 0.0) -> ToolSelection:
    calibration = Calibration(thresholds={"call": threshold})
    return select_tool(engine, to_template(ASKED), ToolChoice.of(TOOLS, choice), calibration)


def probabilities(engine: Engine) -> list[float]:
    template = ChatTemplate(engine.tokenizer)
    prompts = [template.encode(to_template(ASKED), [tool]) for tool in TOOLS]
    return call_probabilities(engine, prompts, Calibration())


def test_the_likeliest_tool_is_selected(engine: Engine) -> None:
    scores = probabilities(engine)
    assert select(engine).tool == TOOLS[scores.index(max(scores))]
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("margin", [-1e-6, 1e-6])
def test_the_threshold_decides_whether_it_is_called(engine: Engine, margin: float) -> None:
    likeliest = max(probabilities(engine))
    assert select(engine, threshold=likeliest + margin).is_called is (margin < 0)


def test_a_required_call_is_made_however_unlikely(engine: Engine) -> None:
    assert select(engine, "any", threshold=1.1).is_called
    named = select(engine, "book", threshold=1.1)
    assert named.tool == TOOLS[2]
    assert named.is_called
    assert named.tokens_read == 0


def test_nothing_is_selected_where_calls_are_forbidden(engine: Engine) -> None:
    assert select(engine, "none") == ToolSelection(None, is_called=False, tokens_read=0)
    assert ToolChoice.of(TOOLS, "none").tools == ()


def test_a_single_forbidden_tool_stays_in_view(chat: ChatHomespun) -> None:
    forbidden = chat.bind_tools(TOOLS[:1], tool_choice="none")
    seen = [message.usage_metadata for message in (forbidden.invoke("Book it."), chat.invoke("Book it."))]
    assert seen[0] is not None
    assert seen[1] is not None
    assert seen[0]["input_tokens"] > seen[1]["input_tokens"]


def test_the_reply_has_the_selected_tool_alone_in_view(chat: ChatHomespun) -> None:
    selected = select(chat.engine).tool
    assert selected is not None
    options = {"max_tokens": 60, "seed": 1}
    by_choice = chat.bind_tools(TOOLS, tool_choice="any", parallel_tool_calls=False).invoke(ASKED, **options)
    alone = chat.bind_tools([selected], tool_choice="any", parallel_tool_calls=False).invoke(ASKED, **options)
    assert [call["name"] for call in by_choice.tool_calls] == [selected["function"]["name"]]
    assert by_choice.tool_calls[0]["args"] == alone.tool_calls[0]["args"]


def test_what_was_read_to_decide_is_counted(chat: ChatHomespun) -> None:
    bound = chat.bind_tools(TOOLS, tool_choice="any", parallel_tool_calls=False)
    reply = bound.invoke(ASKED, max_tokens=60)
    template = ChatTemplate(chat.engine.tokenizer)
    read = sum(len(template.encode(to_template(ASKED), [tool])) for tool in TOOLS)
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["input_tokens"] > read
    assert reply.usage_metadata["total_tokens"] == (
        reply.usage_metadata["input_tokens"] + reply.usage_metadata["output_tokens"]
    )


def test_the_chat_model_tells_its_probabilities(chat: ChatHomespun) -> None:
    assert isinstance(chat, ToolModel)
    assert chat.call_probabilities(ASKED, TOOLS) == pytest.approx(probabilities(chat.engine))
    assert chat.call_probabilities(ASKED, []) == []


def test_a_bias_of_the_task_moves_the_decision(engine: Engine) -> None:
    template = ChatTemplate(engine.tokenizer)
    prompts = [template.encode(to_template(ASKED), TOOLS[:1])]
    plain = Calibration()
    moved = replace(plain, bias={"tool": 2.0})
    assert call_probabilities(engine, prompts, moved) > call_probabilities(engine, prompts, plain)
