"""What tools may do on every road to them, and what is refused when a graph is built."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.tools import StructuredTool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from graphs import ToolAgentContext, ToolPolicy, build_assistant, build_reasoner, build_tool_agent
from tests.graphs.fakes import ScriptedModel
from tests.graphs.test_tool_agent import THREAD, add, calls, note_tool, scripted


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        ({"max_calls": 0}, "max_calls must be at least 1, not 0"),
        ({"approval": "note"}, "approval must be a list of names, not 'note'"),
        ({"seconds": 0}, "seconds must be more than 0"),
        ({"result_characters": 0}, "result_characters must be at least 1"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(mistake: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ToolPolicy(**mistake)
    if mistake.keys() <= {"max_calls", "approval"}:
        with pytest.raises(ValueError, match=told):
            ToolAgentContext(**mistake)


@pytest.mark.parametrize("resumed", [False, True])
def test_a_run_whose_tools_to_approve_do_not_exist_is_refused(resumed: bool) -> None:
    notes: list[str] = []
    model = scripted(calls(("note", {"text": "a"})), "Done.")
    graph = build_tool_agent(model, [note_tool(notes)], checkpointer=InMemorySaver())
    given: Any = {"question": "Keep a."}
    if resumed:
        graph.invoke(given, THREAD)
        given = Command(resume=True)
    with pytest.raises(ValueError, match="no tool to approve named noet"):
        graph.invoke(given, THREAD, context=ToolAgentContext(approval=["noet"]))
    assert notes == []
    assert resumed or model.asked == []


def test_every_road_to_the_tools_keeps_to_the_policy() -> None:
    policy = ToolPolicy(approval=["add"], result_characters=3)
    shout = StructuredTool.from_function(lambda: "x" * 10, name="shout", description="Shout.")
    for build, route in ((build_reasoner, "tools"), (build_assistant, "tools"), (build_assistant, "reason")):
        script = {"plan": "1 + 1?", "route": route, "tool": [calls(("shout", {})), calls(("add", {}))]}
        model = ScriptedModel(script=script)
        graph: Any = build(model, tools=[add, shout], policy=policy, checkpointer=InMemorySaver())
        assert graph.invoke({"question": "1 + 1?"}, THREAD)["__interrupt__"]
        assert "xxx\n[The first 3 of 10 characters.]" in model.prompts_of("tool")[-1]


def test_a_function_is_a_tool_that_may_be_named_for_approval() -> None:
    def double(number: int) -> int:
        """Double a number."""
        return 2 * number

    for build in (build_tool_agent, build_reasoner, build_assistant):
        script = {"plan": "2 * 3?", "route": "tools", "tool": [calls(("double", {"number": 3})), "6"]}
        graph: Any = build(ScriptedModel(script=script), tools=[double])
        assert graph.invoke({"question": "2 * 3?"})["answer"] == "6"
        policy = ToolPolicy(approval=["double"])
        model, saver = ScriptedModel(script=script), InMemorySaver()
        graph = build(model, tools=[double], policy=policy, checkpointer=saver)
        assert graph.invoke({"question": "2 * 3?"}, THREAD)["__interrupt__"]


def test_tools_of_one_name_are_refused() -> None:
    other = StructuredTool.from_function(lambda: "", name="add", description="Add a file.")
    with pytest.raises(ValueError, match="Several tools are named add"):
        build_tool_agent(scripted("Never."), [add, other])


def test_a_model_that_cannot_be_given_tools_is_refused() -> None:
    model: Any = FakeListChatModel(responses=["Never."])
    for given in (model, model.with_config(tags=["any"])):
        with pytest.raises(TypeError, match="FakeListChatModel cannot be given tools"):
            build_tool_agent(given, [add])
