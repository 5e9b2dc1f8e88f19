"""All tools, put together for one set of folders and one memory."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.tools import BaseTool

from agent.parts.library import Library
from agent.parts.memory import Memory
from agent.tools.calculator import calculate
from agent.tools.dates import add_to_date, current_time, days_between
from agent.tools.documents import document_tools
from agent.tools.remembering import memory_tools
from agent.tools.units import convert_units


def build_tools(
    library: Library | None = None, memory: Memory | None = None, more: Sequence[BaseTool] = ()
) -> list[BaseTool]:
    """Return the tools that can work with what is there.

    Args:
        library: Without it there are no tools about documents.
        memory: Without it there are no tools to remember and recall.
        more: Tools from elsewhere.
    """
    tools: list[BaseTool] = [calculate, convert_units, current_time, add_to_date, days_between]
    if library is not None:
        tools += document_tools(library)
    if memory is not None:
        tools += memory_tools(memory)
    return [*tools, *more]
