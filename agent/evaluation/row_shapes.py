"""What the rows of evaluation files look like: a row of another shape would be measured wrongly."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from corpora.wells import Row

ROLES = ("system", "developer", "user", "assistant", "tool")
"""Who says the messages of a row."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field may hold."""

    expected: str
    """It in words, as the end of a sentence."""
    fits: Callable[[Any], bool]


def _nothing(_: Row) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of a row."""

    required: Mapping[str, Kind]
    optional: Mapping[str, Kind] = field(default_factory=dict)
    disagreement: Callable[[Row], str] = _nothing
    """What is wrong between the fields, each of which fits; empty if nothing is."""

    def complaint(self, row: object) -> str:
        """Return what is wrong with a row, as the end of a sentence that begins with it; empty if nothing."""
        if not isinstance(row, dict):
            return "is no JSON object"
        if missing := [name for name in self.required if name not in row]:
            return f"lacks {', '.join(map(repr, missing))}"
        for name, kind in {**self.required, **self.optional}.items():
            if name in row and not kind.fits(row[name]):
                return f"does not fit: {name!r} must be {kind.expected}"
        wrong = self.disagreement(row)
        return f"does not fit: {wrong}" if wrong else ""


def _is_said(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_list_of(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(map(fits, value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_turn(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("role"), str) and _is_text(value.get("content"))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_tool(value: Any) -> bool:
    function = value.get("function") if isinstance(value, dict) else None
    return (
        isinstance(function, dict)
        and _is_said(function.get("name"))
        and isinstance(function.get("description") or "", str)
        and isinstance(function.get("parameters") or {}, dict)
    )


def _is_call(value: Any) -> bool:
    if not isinstance(value, dict) or not _is_said(value.get("name")):
        return False
    arguments = value.get("arguments")
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}")
        except ValueError:
            return False
    return isinstance(arguments, dict)


def _is_message(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("role") not in ROLES:
        return False
    if not isinstance(value.get("content") or "", str | list):
        return False
    if value["role"] == "tool" and not _is_said(value.get("tool_call_id")):
        return False
    return _is_list_of(value.get("tool_calls") or [], _is_earlier_call)


def _is_earlier_call(value: Any) -> bool:
    return isinstance(value, dict) and _is_said(value.get("id")) and _is_call(value.get("function"))


def _answers_disagree(row: Row) -> str:
    if row.get("answerable") and not row.get("answers"):
        return "where 'answerable' is true, 'answers' must hold at least one"
    return ""


def _places_disagree(row: Row) -> str:
    if row.get("answerable", True) and not row.get("answers") and not row.get("files"):
        return "it names neither answers nor files, and 'answerable' is not false"
    return ""


def _indices_disagree(row: Row) -> str:
    count = len(row["candidates"])
    if any(not 0 <= index < count for index in row["relevant"]):
        return f"'relevant' must hold places of the {count} candidates, the first of which is 0"
    return ""


def _route_disagrees(row: Row) -> str:
    from graphs.prompts import ROUTES

    return "" if row["route"] in ROUTES else f"'route' must be one of {', '.join(ROUTES)}"


def _calls_disagree(row: Row) -> str:
    offered = [tool["function"]["name"] for tool in row["tools"]]
    unknown = [call["name"] for call in row["expected"] if call["name"] not in offered]
    return f"'expected' names {unknown[0]!r}, which is none of its tools" if unknown else ""


TEXT = Kind("a text that is not empty", _is_said)
ANY_TEXT = Kind("a text", _is_text)
TEXTS = Kind("a list of texts, none of them empty", lambda value: _is_list_of(value, _is_said))
SOME_TEXTS = Kind("a list of one or more texts, none of them empty", lambda v: bool(v) and TEXTS.fits(v))
TRUTH = Kind("true or false", lambda value: isinstance(value, bool))
INDICES = Kind("a list of whole numbers", lambda value: _is_list_of(value, _is_number))
TURNS = Kind(
    'a list of messages such as {"role": "user", "content": "Hello!"}', lambda v: _is_list_of(v, _is_turn)
)
TOOLS = Kind(
    'a list of tools such as {"type": "function", "function": {"name": "clock", "parameters": {}}}',
    lambda value: _is_list_of(value, _is_tool),
)
MESSAGES = Kind(
    'a list of one or more messages of OpenAI\'s format, such as {"role": "user", "content": "Hello!"}',
    lambda value: bool(value) and _is_list_of(value, _is_message),
)
CALLS = Kind(
    'a list of calls such as {"name": "clock", "arguments": {}}', lambda value: _is_list_of(value, _is_call)
)

SHAPES: Mapping[str, Shape] = {
    "reading": Shape(
        {"passage": TEXT, "question": TEXT, "answers": TEXTS, "answerable": TRUTH},
        disagreement=_answers_disagree,
    ),
    "relevance": Shape(
        {"question": TEXT, "candidates": SOME_TEXTS, "relevant": INDICES}, disagreement=_indices_disagree
    ),
    "rewrite": Shape({"history": TURNS, "question": TEXT, "standalone": TEXT}, {"alternatives": TEXTS}),
    "route": Shape({"text": TEXT, "route": TEXT}, disagreement=_route_disagrees),
    "tools": Shape({"tools": TOOLS, "messages": MESSAGES, "expected": CALLS}, disagreement=_calls_disagree),
    "language": Shape({"text": ANY_TEXT}),
    "documents": Shape(
        {"question": TEXT, "answers": TEXTS},
        {"files": TEXTS, "answerable": TRUTH},
        disagreement=_answers_disagree,
    ),
    "retrieval": Shape(
        {"question": TEXT},
        {"answers": TEXTS, "files": TEXTS, "answerable": TRUTH},
        disagreement=_places_disagree,
    ),
}
"""The shape of a file's rows, by what is measured on it."""
