"""Rows of evaluation files: those of another shape are refused by their line before anything is measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.configuration.paths import HANDBOOK
from agent.errors import HomespunError
from agent.evaluation.rows import read_evaluation
from agent.evaluation.tools import to_messages

READING = {"passage": "It is red.", "question": "Which colour?", "answers": ["red"], "answerable": True}
RELEVANCE = {"question": "Which colour?", "candidates": ["It is red.", "It is old."], "relevant": [0]}
CLOCK = {"type": "function", "function": {"name": "clock", "parameters": {"type": "object"}}}
ASKED = {"role": "user", "content": "What time is it?"}
TOOLS = {"tools": [CLOCK], "messages": [ASKED], "expected": [{"name": "clock", "arguments": {}}]}
REWRITE = {"history": [ASKED], "question": "And now?", "standalone": "What time is it now?"}
CALL = {"id": "1", "type": "function", "function": {"name": "clock", "arguments": "{}"}}


def written(folder: Path, *rows: object) -> Path:
    file = folder / "rows.jsonl"
    file.write_text("\n\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("measured", "row", "change", "expected"),
    [
        ("reading", READING, {"answers": {"text": ["red"], "answer_start": [6]}}, "a list of texts"),
        ("reading", READING, {"answers": "red"}, "a list of texts"),
        ("reading", READING, {"answers": [12]}, "a list of texts"),
        ("reading", READING, {"answers": []}, "'answers' must hold at least one"),
        ("reading", READING, {"answerable": "False"}, "true or false"),
        ("reading", READING, {"question": " "}, "a text that is not empty"),
        ("relevance", RELEVANCE, {"relevant": [7]}, "places of the 2 candidates"),
        ("relevance", RELEVANCE, {"relevant": [-1]}, "places of the 2 candidates"),
        ("relevance", RELEVANCE, {"relevant": ["0"]}, "whole numbers"),
        ("relevance", RELEVANCE, {"relevant": [True, False]}, "whole numbers"),
        ("relevance", RELEVANCE, {"candidates": "It is red."}, "one or more texts"),
        ("route", {"text": "Hello!", "route": "chat"}, {"route": "talk"}, "one of documents"),
        ("route", {"text": "Hello!", "route": "chat"}, {"text": 5}, "a text"),
        ("rewrite", REWRITE, {"history": ["What time is it?"]}, "a list of messages"),
        ("tools", TOOLS, {"tools": [{"name": "clock", "parameters": {}}]}, "a list of tools"),
        ("tools", TOOLS, {"tools": []}, "'clock', which is none of its tools"),
        ("tools", TOOLS, {"expected": {"name": "clock", "arguments": {}}}, "a list of calls"),
        ("tools", TOOLS, {"expected": [{"name": "clock"}]}, "a list of calls"),
        ("tools", TOOLS, {"expected": [{"name": "clock", "arguments": "now"}]}, "a list of calls"),
        ("tools", TOOLS, {"messages": []}, "one or more messages"),
        ("tools", TOOLS, {"messages": [{"role": "clown", "content": "Hello!"}]}, "one or more messages"),
        ("documents", {"question": "Who?", "answers": ["Ada"]}, {"answerable": 1}, "true or false"),
        ("documents", {"question": "Who?", "answers": ["Ada"]}, {"files": "a.md"}, "a list of texts"),
        ("retrieval", {"question": "Who?", "answers": ["Ada"]}, {"answers": []}, "neither answers nor files"),
        ("language", {"text": "It is red."}, {"text": ["It is red."]}, "a text"),
    ],
)
def test_a_row_of_another_shape_is_refused_by_its_line(
    tmp_path: Path, measured: str, row: dict[str, Any], change: dict[str, Any], expected: str
) -> None:
    assert read_evaluation(written(tmp_path, row), measured) == [row]
    file = written(tmp_path, row, row | change)  # a blank line is between them
    with pytest.raises(HomespunError) as refused:
        read_evaluation(file, measured)
    assert str(refused.value).startswith(f"Line 3 of {file} ")
    assert expected in str(refused.value)


def test_a_line_that_is_no_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HomespunError, match=r"Line 1 .* is no JSON object"):
        read_evaluation(written(tmp_path, [READING]), "reading")


def test_a_byte_order_mark_is_no_part_of_the_first_row(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(READING), encoding="utf-8-sig")
    assert read_evaluation(file, "reading") == [READING]


def test_messages_as_openai_dumps_them_are_taken(tmp_path: Path) -> None:
    messages = [
        {"role": "system", "content": "Be brief.", "name": None, "tool_calls": None},
        {**ASKED, "tool_calls": None},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "content": "12:00", "tool_call_id": "1"},
        {"role": "assistant", "content": "Noon.", "refusal": None, "tool_calls": None},
        ASKED,
    ]
    [row] = read_evaluation(written(tmp_path, TOOLS | {"messages": messages}), "tools")
    read = to_messages(row["messages"])
    assert [message.text for message in read] == [
        "Be brief.", "What time is it?", "", "12:00", "Noon.", "What time is it?",
    ]  # fmt: skip
    assert getattr(read[2], "tool_calls")[0]["args"] == {}  # noqa: B009 - of one kind of message alone
    assert row["messages"] == messages


@pytest.mark.parametrize("measured", ["documents", "retrieval"])
def test_the_questions_of_the_handbook_have_the_shape(measured: str) -> None:
    assert read_evaluation(HANDBOOK.parent / "handbook_questions.jsonl", measured)
