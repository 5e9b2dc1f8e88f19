"""Tool use: call the right tool with the right arguments, answer from its result, or call none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from corpora.example import Example
from corpora.wells import Row
from graphs import prompts

LONGEST_RESULT = 300
"""Characters of a tool result that the model reads in training."""

NO_TOOL_REPLY = "None of my tools can do that."


def tool_examples(row: Row, turns: int = 4) -> Iterator[Example]:
    """Cut a dialogue of `tools.jsonl` into examples that end with each of its assistant replies.

    Args:
        row: Tools and messages.
        turns: Messages before the reply that are kept.
    """
    messages = _to_messages(row["messages"])
    tools = [without_noise(tool) for tool in row["tools"]]
    for index, message in enumerate(messages):
        if isinstance(message, AIMessage) and index:
            history = messages[max(0, index - turns) : index]
            while history and isinstance(history[0], ToolMessage):
                history = history[1:]
            if history:
                prompt = prompts.tool([*history, message])
                yield Example("tool", row["source"], prompt, tools)


def tool_questions(row: Row, turns: int = 4) -> Iterator[Row]:
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
    return {"tools": _offered(row), "messages": messages, "expected": expected}


def choice_example(row: Row) -> Example:
    """A row of `tool_choice.jsonl`: call the fitting tool, which takes the query, or none."""
    reply = AIMessage(NO_TOOL_REPLY)
    if row["tool"]:
        call = {"name": row["tool"], "args": {"query": row["query"]}, "id": "call_1"}
        reply = AIMessage("", tool_calls=[call])
    return Example("tool", row["source"], prompts.tool([HumanMessage(row["query"]), reply]), _offered(row))


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
        name: {key: value for key, value in parameter.items() if key in ("type", "enum", "items")}
        for name, parameter in (schema.get("properties") or {}).items()
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
