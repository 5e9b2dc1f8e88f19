"""What LangChain's conversion of tools and pydantic classes to JSON Schema leaves to be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeGuard

from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel

_DEFINITIONS = "#/$defs/"


def to_tool(
    tool: Mapping[str, Any] | type | Callable[..., Any] | BaseTool, strict: bool | None = None
) -> dict[str, Any]:
    """Return a tool in OpenAI's format.

    LangChain spells out what a class refers to, and so loses the reference of one that holds itself: that
    one keeps its definitions.

    Args:
        tool: Function, pydantic class, LangChain tool, TypedDict or OpenAI's dictionary.
        strict: What the format says of it; nothing if None.
    """
    formatted: dict[str, Any] = convert_to_openai_tool(tool, strict=strict)
    if isinstance(tool, Mapping):
        return formatted
    formatted = _without_unique_items(formatted)
    model = tool.tool_call_schema if isinstance(tool, BaseTool) else tool
    if is_pydantic_class(model) and _is_recursive(schema := schema_of(model)):
        formatted["function"]["parameters"] = schema
    return formatted


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a pydantic class: what it refers to stands under `$defs`, itself does not.

    That the items of a set differ is left out. No grammar can see to it, and pydantic drops what is double.
    """
    schema: dict[str, Any] = _without_unique_items(model.model_json_schema())
    name = schema.pop("$ref", _DEFINITIONS).removeprefix(_DEFINITIONS)
    return {**schema["$defs"][name], **schema} if name else schema


def is_pydantic_class(value: object) -> TypeGuard[type[BaseModel]]:
    """Whether a value is a class of pydantic's."""
    return isinstance(value, type) and issubclass(value, BaseModel)


def _is_recursive(schema: Mapping[str, Any]) -> bool:
    """Whether one of the definitions refers to itself, be it by way of others."""
    definitions = schema.get("$defs", {}).items()
    try:
        TopologicalSorter({_DEFINITIONS + name: _references(part) for name, part in definitions}).prepare()
    except CycleError:
        return True
    return False


def _references(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(_references, value.values()))
    return set().union(*map(_references, value)) if isinstance(value, list) else set()


def _without_unique_items(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = {key: child for key, child in value.items() if (key, child) != ("uniqueItems", True)}
        return {key: _without_unique_items(child) for key, child in kept.items()}
    return [_without_unique_items(child) for child in value] if isinstance(value, list) else value
