"""The assistant: recall → route → documents, tools, reasoning or small talk → remember.

Threads live in the checkpointer, what outlives them in the store. A conversation that grows beyond
the model's context has its oldest part replaced by a summary; inside another graph, whose conversation it
is, it is left as it is, and the model reads the end of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AnyMessage
from langchain_core.retrievers import BaseRetriever
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore
from langgraph.types import Checkpointer

from graphs.assistant.nodes import AssistantNodes
from graphs.assistant.state import AssistantContext, AssistantInput, AssistantOutput, AssistantState
from graphs.assistant.summary import Summariser
from graphs.document_qa.graph import build_document_qa
from graphs.judgement import Judgement
from graphs.mind import Mind
from graphs.prompts import ROUTES
from graphs.reasoner.graph import build_reasoner
from graphs.retries import RETRIES
from graphs.step import Step
from graphs.tool_agent.graph import build_tool_agent
from graphs.tool_agent.policy import ToolPolicy
from graphs.tool_agent.tools import Tools

RECURSION_LIMIT = 10
"""Twice the steps that a turn has, those of the graphs inside not counted."""

Assistant = CompiledStateGraph[AssistantState, AssistantContext, AssistantInput, AssistantOutput]
"""The compiled graph."""

Road = CompiledStateGraph[Any, Any, Any, Any]
"""A graph that one kind of message is sent to."""


def build_assistant(
    model: BaseChatModel,
    retriever: BaseRetriever | None = None,
    tools: Tools = (),
    *,
    policy: ToolPolicy | None = None,
    judgement: Judgement | None = None,
    small_talk: bool = True,
    history_tokens: int = 600,
    count_tokens: Callable[[Sequence[AnyMessage]], int] | None = None,
    checkpointer: Checkpointer = None,
    store: BaseStore | None = None,
) -> Assistant:
    """Build the whole: a conversation with documents, tools, reasoning and memory.

    Args:
        model: Any chat model.
        retriever: Finds passages; without it no message is sent to the documents.
        tools: What the model may call; without any no message is sent to tools.
        policy: What the tools may do; `ToolPolicy()` when not given.
        judgement: How sure the model must be, and what else counts; `Judgement()` when not given.
        small_talk: Whether a message may be replied to in conversation; else all are looked into.
        history_tokens: Length of a conversation from which its oldest part is summarised.
        count_tokens: Counts the tokens of messages; when not given, a `MeasuredModel` counts them itself,
            and those of others are estimated.
        checkpointer: Keeps conversations by their thread.
        store: Long-term memory; with an index over the field "text" it is searched by meaning.

    Returns:
        The compiled graph; see `AssistantInput`, `AssistantOutput` and `AssistantContext`.
    """
    if history_tokens < 1:
        raise ValueError(f"history_tokens must be at least 1, not {history_tokens}.")
    judgement = judgement or Judgement()
    roads = _roads(model, retriever, tools, policy, judgement)
    if not (roads or small_talk):
        raise ValueError("An assistant without small talk needs a retriever or tools.")
    mind = Mind(model)
    nodes = AssistantNodes(
        mind,
        judgement,
        Summariser(mind, count_tokens or mind.count_tokens, history_tokens),
        tuple(route for route in ROUTES if route in roads or (small_talk and route == "chat")),
    )
    graph = _assemble(nodes, roads).compile(checkpointer, store=store, name="assistant")
    # LangGraph counts the steps of each graph apart, but its limit takes the place of those inside.
    limits = [(road.config or {}).get("recursion_limit", 0) for road in roads.values()]
    return graph.with_config(recursion_limit=max([RECURSION_LIMIT, *limits]))


def _roads(
    model: BaseChatModel,
    retriever: BaseRetriever | None,
    tools: Tools,
    policy: ToolPolicy | None,
    judgement: Judgement,
) -> dict[str, Road]:
    roads: dict[str, Road] = {}
    if retriever is not None:
        roads["documents"] = build_document_qa(model, retriever, judgement=judgement)
    if tools:
        roads["tools"] = build_tool_agent(model, tools, policy=policy, judgement=judgement)
    if roads:
        roads["reason"] = build_reasoner(model, retriever, tools, policy=policy, judgement=judgement)
    return roads


def _assemble(
    nodes: AssistantNodes, roads: dict[str, Road]
) -> StateGraph[AssistantState, AssistantContext, AssistantInput, AssistantOutput]:
    builder = StateGraph(
        AssistantState, AssistantContext, input_schema=AssistantInput, output_schema=AssistantOutput
    )
    builder.add_node("recall", Step("recall", nodes.recall), retry_policy=RETRIES)
    builder.add_node("choose", Step("choose", nodes.choose), retry_policy=RETRIES)
    builder.add_node("remember", Step("remember", nodes.remember), retry_policy=RETRIES)
    if "chat" in nodes.routes:
        builder.add_node("chat", Step("chat", nodes.chat), retry_policy=RETRIES)
    for route, road in roads.items():
        builder.add_node(route, road)
    for route in nodes.routes:
        builder.add_edge(route, "remember")
    builder.add_edge(START, "recall")
    builder.add_edge("recall", "choose")
    builder.add_conditional_edges("choose", _chosen, list(nodes.routes))
    builder.add_edge("remember", END)
    return builder


def _chosen(state: AssistantState) -> str:
    return state["route"]
