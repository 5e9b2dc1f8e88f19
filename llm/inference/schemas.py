"""Prepares JSON Schemas for constrained decoding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from llm.tokenization.opening import OPENING, open_strings

_HELD = {"pattern", "format"}
"""Keys of a string's schema that say how it begins: such a string is not opened."""


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

    Strings that are held to a pattern or a format stay as they are.
    """
    opened = _map_children(schema, open_schema)
    if "enum" in opened:
        opened["enum"] = open_strings(opened["enum"])
    if "const" in opened:
        opened["const"] = open_strings(opened["const"])
    is_string = "string" in (opened.get("type"), *_listed(opened.get("type")))
    if is_string and not opened.keys() & (_HELD | {"enum", "const"}):
        opened["pattern"] = f"^{OPENING}"
        opened |= {key: opened[key] + len(OPENING) for key in ("minLength", "maxLength") if key in opened}
    return opened


def _listed(kind: Any) -> list[Any]:
    return kind if isinstance(kind, list) else []


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
