"""The tool agent: think → call tools → observe, until there is an answer or the budget is used up.

A call is not made twice in a turn, a tool that fails tells the model why, and before a tool that
changes something the graph pauses and asks a person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from langchain_core.language_models import BaseChatModel
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode
from langgraph.store.base import BaseStore
from langgraph.types import Checkpointer

from graphs.judgement import Judgement
from graphs.mind import Mind
from graphs.retries import RETRIES
from graphs.step import Step
from graphs.tool_agent.choice import ToolChoice
from graphs.tool_agent.guard import ToolGuard, changes_something, explain_error
from graphs.tool_agent.nodes import ToolAgentNodes, asks_for_tools
from graphs.tool_agent.policy import ToolPolicy, known
from graphs.tool_agent.state import ToolAgentContext, ToolAgentInput, ToolAgentOutput, ToolAgentState
from graphs.tool_agent.tools import Tools, check_model, read_tools

ToolAgent = CompiledStateGraph[ToolAgentState, ToolAgentContext, ToolAgentInput, ToolAgentOutput]
"""The compiled graph."""


def build_tool_agent(
    model: BaseChatModel,
    tools: Tools,
    *,
    policy: ToolPolicy | None = None,
    judgement: Judgement | None = None,
    checkpointer: Checkpointer = None,
    store: BaseStore | None = None,
) -> ToolAgent:
    """Build the graph that answers with tools.

    Args:
        model: Any chat model that can bind tools.
        tools: What it may call: LangChain tools, or functions with docstrings.
        policy: How many calls, for how long, and which wait for a person; `ToolPolicy()` when not given.
        judgement: How likely a tool must be called for, and what else counts; `Judgement()` when not given.
        checkpointer: Keeps conversations by their thread.
        store: Long-term memory, for tools that take it (`InjectedStore`, `ToolRuntime`).

    Returns:
        The compiled graph; see `ToolAgentInput`, `ToolAgentOutput` and `ApprovalRequest`.

    Raises:
        TypeError: The model cannot be given tools.
        ValueError: Tools share a name, or one that should wait for a person does not exist.
    """
    policy = policy or ToolPolicy()
    check_model(model)
    by_name = read_tools(tools)
    waiting = policy.approval
    if waiting is None:
        waiting = [name for name, tool in by_name.items() if changes_something(tool)]
    judgement = judgement or Judgement()
    of_tools = judgement.tool_evidence.for_recurring_texts()
    choice = ToolChoice(Mind(model), replace(judgement, tool_evidence=of_tools))
    nodes = ToolAgentNodes(choice, by_name, known(waiting, by_name), policy.max_calls)
    builder = _assemble(nodes, ToolGuard(policy.seconds, policy.result_characters, nodes.can_read))
    graph = builder.compile(checkpointer, store=store, name="tool_agent")
    # A round is think, guard, act, observe, of a call or of one that could not be read, which have budgets of
    # their own; begin, conclude and finish come on top.
    return graph.with_config(recursion_limit=8 * policy.max_calls + 10)


def _assemble(
    nodes: ToolAgentNodes, guard: ToolGuard
) -> StateGraph[ToolAgentState, ToolAgentContext, ToolAgentInput, ToolAgentOutput]:
    builder = StateGraph(
        ToolAgentState, ToolAgentContext, input_schema=ToolAgentInput, output_schema=ToolAgentOutput
    )
    act = ToolNode(
        list(nodes.tools.values()),
        name="act",
        handle_tool_errors=explain_error,
        wrap_tool_call=guard.run,
        awrap_tool_call=guard.arun,
    )

    def after_observe(state: ToolAgentState) -> Literal["think", "conclude"]:
        return "think" if nodes.may_go_on(state) else "conclude"

    builder.add_node("receive", nodes.receive)
    builder.add_node("think", Step("think", nodes.think), retry_policy=RETRIES)
    builder.add_node("guard", nodes.guard)
    builder.add_node("act", act)
    builder.add_node("observe", Step("observe", nodes.observe), retry_policy=RETRIES)
    builder.add_node("conclude", Step("conclude", nodes.conclude), retry_policy=RETRIES)
    builder.add_node("finish", nodes.finish)
    builder.add_edge(START, "receive")
    builder.add_edge("receive", "think")
    builder.add_conditional_edges("think", _after_think)
    builder.add_edge("guard", "act")
    builder.add_edge("act", "observe")
    builder.add_conditional_edges("observe", after_observe)
    builder.add_edge("conclude", "finish")
    builder.add_edge("finish", END)
    return builder


def _after_think(state: ToolAgentState) -> Literal["guard", "finish"]:
    return "guard" if asks_for_tools(state) else "finish"
