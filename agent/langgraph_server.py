"""The four graphs as a LangGraph server offers them; `langgraph.json` names the functions below.

    pip install "homespun[langgraph]"
    LANGGRAPH_CLI_NO_ANALYTICS=1 langgraph dev --no-browser

Model, folders and thresholds are those of the settings, so `HOMESPUN_DOCS=~/notes` asks other documents.
Threads and memories are the server's own: it gives every graph its checkpointer and its store.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.parts.part import Part

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

    Graph = CompiledStateGraph[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class ServedGraphs:
    """The graphs over one model and one set of folders."""

    document_qa: Graph
    tool_agent: Graph
    reasoner: Graph
    assistant: Graph


async def document_qa() -> Graph:
    """Return the graph that answers from the documents."""
    return (await _served()).document_qa


async def tool_agent() -> Graph:
    """Return the graph that answers with tools."""
    return (await _served()).tool_agent


async def reasoner() -> Graph:
    """Return the graph that breaks a question into simple ones."""
    return (await _served()).reasoner


async def assistant() -> Graph:
    """Return the graph that chooses among the others."""
    return (await _served()).assistant


async def _served() -> ServedGraphs:
    # The server asks for a graph at every request; the first one loads the model and reads the folders.
    return _SERVED.get() if _SERVED.ready else await asyncio.to_thread(_SERVED.get)


def _build() -> ServedGraphs:
    from agent.offline import stay_offline

    stay_offline()
    from agent.assembly import Assembly
    from agent.context import open_context
    from agent.tools import build_tools
    from graphs import build_assistant, build_document_qa, build_reasoner, build_tool_agent

    context = open_context()
    assembly = Assembly(context.settings, context.paths)
    model, library = assembly.model.get(), assembly.library.get()
    retriever = library.retriever(context.settings.passages)
    # The server keeps memories itself, so the tools that keep them in a file stay out.
    tools = build_tools(library, more=assembly.tool_servers.get().tools)
    judgement = assembly.judgement()
    return ServedGraphs(
        document_qa=build_document_qa(model, retriever, judgement=judgement),
        tool_agent=build_tool_agent(model, tools, judgement=judgement),
        reasoner=build_reasoner(model, retriever, tools, judgement=judgement),
        assistant=build_assistant(model, retriever, tools, judgement=judgement),
    )


_SERVED: Part[ServedGraphs] = Part("the graphs", _build)
