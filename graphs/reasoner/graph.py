"""The reasoner: a question is broken into simple ones, which are answered, in parallel where they can be.

    divide → solve, solve, … → gather → combine → check → finish or abstain
               ↓                 ↑
             follow ─────────────┘

A question that needs the answer to an earlier one refers to it by number (“When was #1 born?”) and
waits for it. Who answers a simple question, the documents or the tools, the model decides. A question
that the model does not break down is followed from one passage to another (`graphs.reasoner.chain`), where
sentences are graded; any other model has broken down what needed it.
"""

from __future__ import annotations

from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore
from langgraph.types import Checkpointer, Send

from graphs.document_qa.graph import build_document_qa
from graphs.document_qa.state import DocumentQAContext
from graphs.judgement import Judgement
from graphs.mind import Mind
from graphs.reasoner.chain import Chain
from graphs.reasoner.nodes import ReasonerNodes
from graphs.reasoner.state import ReasonerInput, ReasonerOutput, ReasonerState
from graphs.retries import RETRIES
from graphs.step import Step
from graphs.tool_agent.graph import build_tool_agent
from graphs.tool_agent.policy import ToolPolicy
from graphs.tool_agent.tools import Tools

Reasoner = CompiledStateGraph[ReasonerState, DocumentQAContext, ReasonerInput, ReasonerOutput]
"""The compiled graph."""


def build_reasoner(
    model: BaseChatModel,
    retriever: BaseRetriever | None = None,
    tools: Tools = (),
    *,
    policy: ToolPolicy | None = None,
    judgement: Judgement | None = None,
    max_questions: int = 4,
    checkpointer: Checkpointer = None,
    store: BaseStore | None = None,
) -> Reasoner:
    """Build the graph that answers what takes several facts or calculations.

    Args:
        model: Any chat model.
        retriever: Finds passages for the questions that the documents answer.
        tools: Tools for the questions that they answer.
        policy: What the tools may do; `ToolPolicy()` when not given.
        judgement: How sure the model must be, and what else counts; `Judgement()` when not given. With
            the quote method "score", a question that is not broken down is answered from two sentences
            where these hold the answer.
        max_questions: Simple questions that a plan may have.
        checkpointer: Keeps conversations by their thread.
        store: Long-term memory, for tools that take it.

    Returns:
        The compiled graph; see `ReasonerInput` and `ReasonerOutput`.

    Raises:
        ValueError: There is neither a retriever nor a tool.
    """
    judgement = judgement or Judgement()
    helpers: dict[str, Runnable[Any, Any]] = {}
    if retriever is not None:
        helpers["documents"] = build_document_qa(model, retriever, judgement=judgement)
    if tools:
        helpers["tools"] = build_tool_agent(model, tools, policy=policy, judgement=judgement)
    if not helpers:
        raise ValueError("A reasoner needs a retriever or tools to find things out with.")
    if max_questions < 1:
        raise ValueError(f"max_questions must be at least 1, not {max_questions}.")
    chain = None
    if retriever is not None and judgement.quote_method == "score":
        chain = Chain(Mind(model), retriever, judgement)
    nodes = ReasonerNodes(Mind(model), helpers, judgement, max_questions, chain)
    graph = _assemble(nodes).compile(checkpointer, store=store, name="reasoner")
    # At worst each question waits for the one before it: a solve and a gather for each.
    return graph.with_config(recursion_limit=2 * max_questions + 10)


def _assemble(
    nodes: ReasonerNodes,
) -> StateGraph[ReasonerState, DocumentQAContext, ReasonerInput, ReasonerOutput]:
    builder = StateGraph(
        ReasonerState, DocumentQAContext, input_schema=ReasonerInput, output_schema=ReasonerOutput
    )

    def after_solve(state: ReasonerState) -> Literal["follow", "gather"]:
        return "follow" if nodes.may_follow(state) else "gather"

    def after_gather(state: ReasonerState) -> list[Send] | str:
        if sends := nodes.ready(state):
            return sends
        if not any(step["answer"] for step in state["steps"]):
            return "abstain"
        # The answer to a plan of one question has been checked where it was found.
        return "combine" if len(state["plan"]) > 1 else "finish"

    def after_check(state: ReasonerState) -> Literal["finish", "abstain"]:
        return "finish" if nodes.is_supported(state) else "abstain"

    for work in (nodes.divide, nodes.follow, nodes.combine, nodes.check):
        builder.add_node(work.__name__, Step(work.__name__, work), retry_policy=RETRIES)
    builder.add_node("solve", Step("solve", nodes.solve))
    builder.add_node("gather", nodes.gather)
    builder.add_node("finish", nodes.finish)
    builder.add_node("abstain", nodes.abstain)
    builder.add_edge(START, "divide")
    builder.add_conditional_edges("divide", nodes.ready, ["solve"])
    builder.add_conditional_edges("solve", after_solve)
    builder.add_edge("follow", "gather")
    builder.add_conditional_edges("gather", after_gather, ["solve", "combine", "finish", "abstain"])
    builder.add_conditional_edges("combine", _after_combine)
    builder.add_conditional_edges("check", after_check)
    builder.add_edge("finish", END)
    builder.add_edge("abstain", END)
    return builder


def _after_combine(state: ReasonerState) -> Literal["check", "abstain"]:
    return "check" if state["answer"] else "abstain"
