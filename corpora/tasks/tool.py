"""Tool use: call the right tool with the right arguments, answer from its result, or call none."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from corpora.example import Example
from corpora.passages import overlap
from corpora.wells import Row
from corpora.worlds.requests.results import result_of
from graphs import prompts
from llm.tokenization.template import describe_tool

LONGEST_RESULT = 300
"""Characters of a tool result that the model reads in training."""

LONGEST_REPLY = 200
"""Characters of a reply in words; longer ones teach little about tools."""

TURNS = 4
"""Messages of a dialogue that come before a reply."""

NO_TOOL_REPLY = "None of my tools can do that."


def tool_examples(row: Row, draw: random.Random, turns: int = TURNS) -> Iterator[Example]:
    """Cut a dialogue of `tools.jsonl` into examples that end with an assistant's reply.

    The model is shown one tool at a time (`llm.chat.tool_selection`): the called one, which it is to call; or
    one that was not called, which it is to leave alone.

    Args:
        row: Tools and messages.
        draw: Chooses the tools that are not called.
        turns: Messages before the reply that are kept.
    """
    messages = _to_messages(row["messages"])
    tools = {tool["function"]["name"]: without_noise(tool) for tool in row["tools"]}
    for index, message in enumerate(messages):
        history = _recent(messages[:index], turns)
        if not isinstance(message, AIMessage) or not history:
            continue
        called = list(dict.fromkeys(call["name"] for call in message.tool_calls if call["name"] in tools))
        for name in called:
            reply = AIMessage("", tool_calls=[c for c in message.tool_calls if c["name"] == name])
            yield _tool_example(row, tools[name], [*history, reply])
        if others := [name for name in tools if name not in called]:
            reply = AIMessage(NO_TOOL_REPLY) if called else message
            if len(reply.text) <= LONGEST_REPLY:
                yield _tool_example(row, tools[draw.choice(others)], [*history, reply])


def request_examples(row: Row, draw: random.Random) -> Iterator[Example]:
    """A row of a synthetic world or of `tool_choice.jsonl`: call the tool that fits, and no other.

    Args:
        row: As `choice_question` returns it.
        draw: Chooses which of the other tools are shown: the likest, and one by chance.
    """
    expected = row["expected"][0] if row["expected"] else None
    tools = [without_noise(tool) for tool in row["tools"]]
    history = _to_messages(row["messages"])
    others = [tool for tool in tools if not expected or tool["function"]["name"] != expected["name"]]
    for tool in tools:
        if expected and tool["function"]["name"] == expected["name"]:
            call = {"name": expected["name"], "args": expected["arguments"], "id": "call_1"}
            yield _tool_example(row, tool, [*history, AIMessage("", tool_calls=[call])])
    likest = sorted(others, key=lambda tool: -overlap(history[-1].text, describe_tool(tool)))[:1]
    for tool in [*likest, *draw.sample(others, min(1, len(others)))]:
        yield _tool_example(row, tool, [*history, AIMessage(NO_TOOL_REPLY)])


def result_examples(row: Row, draw: random.Random) -> Iterator[Example]:
    """A request to one of our own tools, goes on: the tool has answered, and the reply passes it on.

    The called tool is in view, or one of the others: neither is to be called again.
    """
    [expected] = row["expected"] or [None]
    made = expected and result_of(expected["name"], expected["arguments"], draw)
    if not expected or not made:
        return
    result, reply = made
    call = {"name": expected["name"], "args": expected["arguments"], "id": "call_1"}
    history = [
        *_to_messages(row["messages"]),
        AIMessage("", tool_calls=[call]),
        ToolMessage(result, tool_call_id="call_1"),
        AIMessage(reply),
    ]
    yield _tool_example(row, without_noise(draw.choice(row["tools"])), history)


def _tool_example(row: Row, tool: dict[str, Any], messages: list[BaseMessage]) -> Example:
    return Example("tool", row.get("source", "unnamed"), prompts.tool(messages), [tool])


def _recent(messages: list[BaseMessage], turns: int) -> list[BaseMessage]:
    """Return the last turns, none of them a result whose call is cut off."""
    recent = messages[-turns:]
    while recent and isinstance(recent[0], ToolMessage):
        recent = recent[1:]
    return recent


def tool_questions(row: Row, turns: int = TURNS) -> Iterator[Row]:
    """Cut a dialogue of `tools.jsonl` into evaluation rows: tools, messages, acceptable calls.

    A turn in which the assistant asks or tells something expects no call.
    """
    messages = row["messages"]
    for index, message in enumerate(messages):
        if message["role"] == "assistant" and index and messages[index - 1]["role"] == "user":
            calls = [
                {"name": call["function"]["name"], "arguments": call["function"]["arguments"]}
                for call in message.get("tool_calls") or ()
            ]
            history = messages[max(0, index - turns) : index]
            while history[0]["role"] == "tool":
                history = history[1:]
            yield {"tools": row["tools"], "messages": history, "expected": calls[:1]}


def choice_question(row: Row) -> Row:
    """Turn a row of `tool_choice.jsonl` into an evaluation row."""
    expected = []
    if row["tool"]:
        expected = [{"name": row["tool"], "arguments": {"query": row["query"]}}]
    messages = [{"role": "user", "content": row["query"]}]
    return {
        "source": row["source"],
        "tools": _offered(row),
        "messages": messages,
        "expected": expected,
    }


def _offered(row: Row) -> list[dict[str, Any]]:
    """The tools of a row of `tool_choice.jsonl` as schemas; each takes a query."""
    parameters = {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
    }
    return [{"type": "function", "function": {**tool, "parameters": parameters}} for tool in row["tools"]]


def without_noise(tool: dict[str, Any]) -> dict[str, Any]:
    """Keep of a schema what the template shows."""
    function = tool["function"]
    schema = function.get("parameters") or {}
    properties = {
        name: _without_noise(parameter) for name, parameter in (schema.get("properties") or {}).items()
    }
    kept = {"type": "object", "properties": properties, "required": schema.get("required") or []}
    return {
        "type": "function",
        "function": {
            "name": function["name"],
            "description": function.get("description") or "",
            "parameters": kept,
        },
    }


def _without_noise(parameter: Row | bool) -> Row | bool:
    if isinstance(parameter, bool):  # a JSON Schema may be a mere yes or no
        return parameter
    return {key: value for key, value in parameter.items() if key in ("type", "enum", "items")}


def _to_messages(rows: list[Row]) -> list[BaseMessage]:
    messages: list[BaseMessage] = []
    for row in rows:
        if row["role"] == "user":
            messages.append(HumanMessage(row["content"]))
        elif row["role"] == "tool":
            content = row["content"][:LONGEST_RESULT]
            messages.append(ToolMessage(content, tool_call_id=row.get("tool_call_id", "call_1")))
        elif row["role"] == "assistant":
            messages.append(AIMessage(row.get("content") or "", tool_calls=_calls(row)))
    return messages


def _calls(row: Row) -> list[dict[str, Any]]:
    calls = []
    for number, call in enumerate(row.get("tool_calls") or (), 1):
        arguments = call["function"]["arguments"]
        if isinstance(arguments, str):
            arguments = json.loads(arguments or "{}")
        name = call["function"]["name"]
        calls.append({"name": name, "args": arguments, "id": call.get("id") or f"call_{number}"})
    return calls
