"""Prepares JSON Schemas for constrained decoding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def close_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema whose objects hold their named properties only.

    JSON Schema lets an object hold any other property unless it says otherwise, and then a model
    would invent some. Objects that name no properties, or say what else they may hold,
    stay open; so do the parts of `allOf`, which must bear each other's properties.
    """
    closed = {key: _close_value(key, value) for key, value in schema.items()}
    if "properties" in closed and not closed.keys() & {"additionalProperties", "allOf"}:
        closed["additionalProperties"] = False
    return closed


def _close_value(key: str, value: Any) -> Any:
    if key in ("properties", "$defs", "definitions", "patternProperties") and isinstance(value, Mapping):
        return {name: _close_any(child) for name, child in value.items()}
    if key in ("items", "additionalProperties", "anyOf", "oneOf", "prefixItems"):
        return _close_any(value)
    return value


def _close_any(value: Any) -> Any:
    if isinstance(value, Mapping):
        return close_schema(value)
    if isinstance(value, list):
        return [_close_any(child) for child in value]
    return value
