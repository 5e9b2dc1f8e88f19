"""Prepares JSON Schemas for constrained decoding."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from llm.tokenization.opening import OPENING, open_strings

ENFORCED_FORMATS = (
    "date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid", "unknown",
)  # fmt: skip
"""Formats of strings that llguidance holds a reply to; to JSON Schema any other is a remark."""

_WHOLE = re.compile(r"\^(?P<inside>.*)(?<!\\)\$", re.DOTALL)
"""A pattern that a string matches from end to end."""
_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
"""A part of a pattern: a class of characters, one that is escaped, or any other."""


def close_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema whose objects hold their named properties only.

    JSON Schema lets an object hold any other property unless it says otherwise, and then a model
    would invent some. Objects that name no properties, or say what else they may hold,
    stay open; so do the parts of `allOf`, which must bear each other's properties.
    """
    closed = _map_children(without_remarks(schema), close_schema)
    if "properties" in closed and not closed.keys() & {"additionalProperties", "allOf"}:
        closed["additionalProperties"] = False
    return closed


def open_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema whose strings begin with the space that opens every text.

    Strings of a format stay as they are, and those of a pattern that says nothing about their beginning.
    """
    opened = _map_children(without_remarks(schema), open_schema)
    opened |= {key: open_strings(opened[key]) for key in ("enum", "const") if key in opened}
    kind = opened.get("type")
    is_string = kind == "string" or (isinstance(kind, list) and "string" in kind)
    if not is_string or opened.keys() & {"format", "enum", "const"}:
        return opened
    pattern = opened.get("pattern")
    whole = inside_of(pattern) if pattern else None
    if pattern and whole is None:
        return opened
    opened["pattern"] = f"^{OPENING}" if whole is None else f"^{OPENING}(?:{whole})$"
    opened |= {key: opened[key] + len(OPENING) for key in ("minLength", "maxLength") if key in opened}
    return opened


def without_remarks(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without a format that no reply can be held to."""
    return {key: value for key, value in schema.items() if key != "format" or value in ENFORCED_FORMATS}


def inside_of(pattern: str) -> str | None:
    """Return a pattern without the anchors at its ends, or at those of all its alternatives.

    None where a string may go on before or after what matches.
    """
    for parts in ([pattern], _alternatives(pattern)):
        wholes = [_WHOLE.fullmatch(part) for part in parts]
        insides = [whole["inside"] for whole in wholes if whole and not _has_anchor(whole["inside"])]
        if len(insides) == len(parts):
            return "|".join(insides)
    return None


def _has_anchor(pattern: str) -> bool:
    return any(part in "^$" for part in _PART.findall(pattern))


def _alternatives(pattern: str) -> list[str]:
    """Part a pattern at its bars, but for those inside brackets."""
    found, depth = [""], 0
    for part in _PART.findall(pattern):
        depth += (part == "(") - (part == ")")
        if part == "|" and not depth:
            found.append("")
        else:
            found[-1] += part
    return found


def _map_children(
    schema: Mapping[str, Any], change: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    return {key: _change_value(key, value, change) for key, value in schema.items()}


def _change_value(key: str, value: Any, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Any:
    if key in ("properties", "$defs", "definitions", "patternProperties") and isinstance(value, Mapping):
        return {name: _change(child, change) for name, child in value.items()}
    if key in ("items", "additionalProperties", "anyOf", "oneOf", "prefixItems"):
        return _change(value, change)
    return value


def _change(value: Any, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Any:
    if isinstance(value, Mapping):
        return change(value)
    if isinstance(value, list):
        return [_change(child, change) for child in value]
    return value
