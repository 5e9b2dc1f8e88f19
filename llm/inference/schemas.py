"""Prepares JSON Schemas for constrained decoding."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from llm.tokenization.opening import OPENING, open_strings

_WHOLE = re.compile(r"\^(?P<inside>.*)(?<!\\)\$", re.DOTALL)
"""A pattern that a string matches from end to end."""


def close_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema whose objects hold their named properties only.

    JSON Schema lets an object hold any other property unless it says otherwise, and then a model
    would invent some. Objects that name no properties, or say what else they may hold,
    stay open; so do the parts of `allOf`, which must bear each other's properties.
    """
    closed = _map_children(schema, close_schema)
    if "properties" in closed and not closed.keys() & {"additionalProperties", "allOf"}:
        closed["additionalProperties"] = False
    return closed


def open_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema whose strings begin with the space that opens every text.

    Strings of a format stay as they are, and those of a pattern that says nothing about their beginning.
    """
    opened = _map_children(schema, open_schema)
    opened |= {key: open_strings(opened[key]) for key in ("enum", "const") if key in opened}
    kind = opened.get("type")
    is_string = kind == "string" or (isinstance(kind, list) and "string" in kind)
    if not is_string or opened.keys() & {"format", "enum", "const"}:
        return opened
    pattern = opened.get("pattern")
    whole = _WHOLE.fullmatch(pattern) if pattern else None
    if pattern and not whole:
        return opened
    opened["pattern"] = f"^{OPENING}(?:{whole['inside']})$" if whole else f"^{OPENING}"
    opened |= {key: opened[key] + len(OPENING) for key in ("minLength", "maxLength") if key in opened}
    return opened


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
