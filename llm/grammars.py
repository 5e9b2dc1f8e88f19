"""Grammars of replies, as text in llguidance's dialect of Lark."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from llm import special_tokens
from llm.schemas import close_schema

ANY_TEXT = r"/(.|\n)+/"
COMPACT = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}
"""JSON without spaces, as the model was trained to write it."""

_NO_PARAMETERS = {"type": "object", "properties": {}}
_PLAIN_STRING = {"type", "title", "description", "default"}
"""Keys of a string's schema that leave its content open."""


def json_grammar(schema: Mapping[str, Any]) -> str:
    """Return the grammar of compact JSON that validates against a schema."""
    return f"start: {_json(schema)}"


def choice_grammar(choices: Iterable[str]) -> str:
    """Return the grammar of one of several texts."""
    return "start: " + " | ".join(map(_quote, choices))


def regex_grammar(pattern: str) -> str:
    """Return the grammar of a regular expression, all of which must match."""
    escaped = pattern.replace("/", r"\/")
    return f"start: TEXT\nTEXT: /{escaped}/"


def span_grammar(texts: Sequence[str]) -> str:
    """Return the grammar of a run of whole words of one of the texts."""
    return "\n".join(["start: SPAN", *_span_terminal(texts)])


def tool_grammar(
    tools: Sequence[Mapping[str, Any]], *, required: bool, parallel: bool, copied_from: Sequence[str] = ()
) -> str:
    """Return the grammar of tool calls in the model's own format.

    Args:
        tools: Tools in OpenAI's format.
        required: Whether there must be a call; otherwise words may stand in their place or before them.
        parallel: Whether there may be several calls.
        copied_from: Texts that arguments which are free strings must be spans of; any if empty.
    """
    # A quote or backslash would stand escaped in JSON: spans end before them.
    segments = [part for text in copied_from for part in re.split(r'["\\\x00-\x1f]+', text) if part.strip()]
    calls = "call+" if parallel else "call"
    start = calls if required else f"text | {calls} | text {calls}"
    names = [f"call{index}" for index in range(len(tools))]
    lines = [
        f"start: {start}",
        f"text: {ANY_TEXT}",
        f"call: {special_tokens.TOOL_CALL} ({' | '.join(names)})",
    ]
    for name, tool in zip(names, tools, strict=True):
        function = tool["function"]
        opening = _quote(f'{{"name":{_quote(function["name"])},"arguments":')
        lines.append(f'{name}: {opening} {name}_arguments "}}"')
        lines += _arguments(f"{name}_arguments", function.get("parameters") or _NO_PARAMETERS, bool(segments))
    return "\n".join([*lines, *(_span_terminal(segments) if segments else ())])


def _arguments(name: str, schema: Mapping[str, Any], copies: bool) -> list[str]:
    """Return the rules of a tool's arguments.

    To hold single strings to spans the object is spelled out, property after property: `name_0` stands
    before the first one written, `name_0_more` after another, where a comma is due.
    """
    properties = schema.get("properties") or {}
    if not copies or "$defs" in schema or not any(map(_is_free_string, properties.values())):
        return [f"{name}: {_json(schema)}"]
    required = schema.get("required") or ()
    lines = [f'{name}: "{{" {name}_0 "}}"']
    for index, (key, value) in enumerate(properties.items()):
        written = f"{_quote(_quote(key) + ':')} {name}_{index}_value {name}_{index + 1}_more"
        skipped = "" if key in required else f" | {name}_{index + 1}"
        lines.append(f"{name}_{index}: {written}{skipped}")
        lines.append(f'{name}_{index}_more: "," {written}{skipped and skipped + "_more"}')
        lines.append(f"{name}_{index}_value: {_value(value)}")
    return [*lines, f'{name}_{len(properties)}: ""', f'{name}_{len(properties)}_more: ""']


def _value(schema: Mapping[str, Any]) -> str:
    return r'"\"" SPAN "\""' if _is_free_string(schema) else _json(schema)


def _is_free_string(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string" and schema.keys() <= _PLAIN_STRING


def _span_terminal(texts: Sequence[str]) -> list[str]:
    names = [f"TEXT{index}" for index in range(len(texts))]
    lines = [rf"SPAN: ({' | '.join(names)}) & /\S((.|\n)*\S)?/"]
    for name, text in zip(names, texts, strict=True):
        lines.append(f"{name}: %regex {json.dumps({'substring_words': text}, ensure_ascii=False)}")
    return lines


def _json(schema: Mapping[str, Any]) -> str:
    return "%json " + json.dumps({**close_schema(schema), "x-guidance": COMPACT}, ensure_ascii=False)


def _quote(text: str) -> str:
    # llguidance takes every character but this one as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
