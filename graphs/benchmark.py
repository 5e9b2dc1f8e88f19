"""What the graphs themselves cost: run with a model and a retriever that take no time."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.tools import tool
from langgraph.graph.state import CompiledStateGraph

from graphs.assistant.graph import build_assistant
from graphs.document_qa.graph import build_document_qa
from graphs.reasoner.graph import build_reasoner
from graphs.retention import BoundedSqliteSaver
from graphs.tool_agent.graph import build_tool_agent

_QUESTION = {"question": "How tall is the lighthouse?"}
_TEXT = "The lighthouse was built in 1871. It is 38 metres tall. Its keeper was Ada Finch."


class InstantModel(BaseChatModel):
    """A chat model that has its reply ready."""

    @property
    def _llm_type(self) -> str:
        return "instant"

    def choice_probabilities(
        self, conversations: Sequence[Sequence[BaseMessage]], choices: Sequence[str]
    ) -> list[dict[str, float]]:
        """Choose the first."""
        return [{choice: float(choice == choices[0]) for choice in choices} for _ in conversations]

    def bind_spans(self, texts: Sequence[str]) -> Runnable[Sequence[BaseMessage], AIMessage]:
        """Quote the beginning of the first text."""
        return RunnableLambda(lambda _: AIMessage(texts[0][:20]))

    def bind_tools(self, *_: Any, **__: Any) -> Runnable[Any, AIMessage]:
        """Return the model, which calls a tool where it may."""
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        task, reply = messages[0].name, AIMessage("It is.")
        if task == "plan":
            reply = AIMessage("How tall is it?\nWho keeps it?")
        elif task == "tool" and not isinstance(messages[-1], ToolMessage):
            reply = AIMessage("", tool_calls=[ToolCall(name="look", args={}, id="1")])
        return ChatResult(generations=[ChatGeneration(message=reply)])


class InstantRetriever(BaseRetriever):
    """A retriever that has its passages ready."""

    def _get_relevant_documents(self, *_: Any, **__: Any) -> list[Document]:
        return [Document(_TEXT, metadata={"source": f"{number}.md"}) for number in range(3)]


@tool
def look() -> str:
    """Look at the lighthouse."""
    return "It is tall."


def milliseconds_per_node(runs: int = 20) -> dict[str, float]:
    """Return what a node of each graph costs beyond its model, retriever and tools.

    Args:
        runs: How often each graph runs; the median counts.
    """
    model, retriever = InstantModel(), InstantRetriever()
    with (
        tempfile.TemporaryDirectory() as folder,
        BoundedSqliteSaver.from_conn_string(str(Path(folder) / "threads.db")) as saver,
    ):
        graphs: dict[str, CompiledStateGraph[Any, Any, Any, Any]] = {
            "document_qa": build_document_qa(model, retriever),
            "tool_agent": build_tool_agent(model, [look]),
            "reasoner": build_reasoner(model, retriever),
            "assistant": build_assistant(model, retriever, [look]),
            "assistant_on_disk": build_assistant(model, retriever, [look], checkpointer=saver),
        }
        return {name: _measure(graph, runs) for name, graph in graphs.items()}


def _measure(graph: CompiledStateGraph[Any, Any, Any, Any], runs: int) -> float:
    threads: list[Any] = [{"configurable": {"thread_id": str(number)}} for number in range(runs + 1)]
    # The first run also warms everything up.
    nodes = sum(1 for _ in graph.stream(_QUESTION, threads[-1], stream_mode="updates", subgraphs=True))
    return statistics.median(_seconds(graph, thread) for thread in threads[:-1]) / nodes * 1000


def _seconds(graph: CompiledStateGraph[Any, Any, Any, Any], thread: Any) -> float:
    began = time.perf_counter()
    graph.invoke(_QUESTION, thread)
    return time.perf_counter() - began
