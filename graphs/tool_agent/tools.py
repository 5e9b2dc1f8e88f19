"""The tools of a graph, as they were handed to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool, tool

Tools = Sequence[BaseTool | Callable[..., Any]]
"""LangChain tools, and functions, which become tools by their name, annotations and docstring."""


def read_tools(tools: Tools) -> dict[str, BaseTool]:
    """Return tools by their name.

    Raises:
        ValueError: Two have the same name, or a function has no docstring.
    """
    ready = [given if isinstance(given, BaseTool) else tool(given) for given in tools]
    names = Counter(each.name for each in ready)
    if repeated := sorted(name for name, count in names.items() if count > 1):
        raise ValueError(f"Several tools are named {', '.join(repeated)}; a model calls a tool by its name.")
    return {each.name: each for each in ready}


def check_model(model: BaseChatModel) -> None:
    """Refuse a model that cannot be given tools.

    Raises:
        TypeError: It has no `bind_tools` of its own.
    """
    bound = getattr(model, "bind_tools", None)
    if isinstance(bound, MethodType) and bound.__func__ is BaseChatModel.bind_tools:
        kind = type(bound.__self__).__name__
        raise TypeError(f"{kind} cannot be given tools: take a chat model that has `bind_tools`.")
