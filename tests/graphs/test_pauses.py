"""What a run was set to holds after a pause, though LangGraph keeps no context across one."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command

from graphs import (
    AssistantContext,
    DocumentQAContext,
    Thresholds,
    ToolAgentContext,
    build_assistant,
    build_reasoner,
    build_tool_agent,
)
from graphs.assistant.memory import memory_namespace
from tests.graphs.fakes import ListRetriever, PortedModel, ScriptedModel, passages_of
from tests.graphs.test_tool_agent import THREAD, add, calls, note_tool, scripted

OTHER: Any = {"configurable": {"thread_id": "two"}}


@pytest.mark.parametrize("later", [None, ToolAgentContext(max_calls=3), ToolAgentContext(approval=[])])
@pytest.mark.parametrize(("verdict", "kept"), [(False, []), (True, ["a"])])
def test_a_call_that_waits_because_of_the_context_heeds_the_verdict(
    verdict: bool, kept: list[str], later: ToolAgentContext | None
) -> None:
    notes: list[str] = []
    note = note_tool(notes)
    note.metadata = {}  # of itself it would not wait
    graph = build_tool_agent(
        scripted(calls(("note", {"text": "a"})), "Done."), [note], checkpointer=InMemorySaver()
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # LangGraph warns of what its serializer does not know
        paused = graph.invoke({"question": "?"}, THREAD, context=ToolAgentContext(approval={"note"}))
        result = graph.invoke(Command(resume=verdict), THREAD, context=later)
    assert "__interrupt__" in paused
    assert notes == kept
    assert result.keys() <= graph.get_output_jsonschema()["properties"].keys()
    assert not {"approval", "max_calls", "settings"} & result.keys()


def test_a_budget_holds_after_a_pause_and_ends_with_its_turn() -> None:
    notes: list[str] = []
    wanted = [calls(("note", {"text": text}), text=f"So: {text}") for text in "abcdef"]
    graph = build_tool_agent(scripted(*wanted), [note_tool(notes)], checkpointer=InMemorySaver())
    graph.invoke({"question": "Keep all"}, THREAD, context=ToolAgentContext(max_calls=1))
    assert graph.invoke(Command(resume=True), THREAD)["answer"] == "So: b"
    graph.invoke({"question": "Keep all"}, THREAD)
    assert "__interrupt__" in graph.invoke(Command(resume=True), THREAD)
    assert notes == ["a", "c"]


def test_a_turn_that_paused_before_its_state_kept_the_context_goes_on() -> None:
    notes: list[str] = []
    model, saver = scripted(calls(("note", {"text": "a"})), "Done."), InMemorySaver()
    graph = build_tool_agent(model, [note_tool(notes)], checkpointer=saver)
    graph.invoke({"question": "?"}, THREAD)
    kept = saver.storage["one"][""]
    for identifier, (stored, metadata, parent) in list(kept.items()):
        checkpoint = saver.serde.loads_typed(stored)
        for key in ("approval", "max_calls", "settings"):
            checkpoint["channel_versions"].pop(key, None)
        kept[identifier] = (saver.serde.dumps_typed(checkpoint), metadata, parent)
    graph.invoke(Command(resume=True), THREAD)
    assert notes == ["a"]


def test_a_summary_stays_with_its_person_after_a_pause() -> None:
    store = InMemoryStore()
    model = ScriptedModel(
        script={
            "route": "tools",
            "grade": "no",
            "tool": [calls(("note", {"text": "a"})), "Kept it for you."],
            "summarise": "They talked.",
        }
    )
    graph = build_assistant(
        model, tools=[note_tool([])], checkpointer=InMemorySaver(), store=store, history_tokens=3
    )
    graph.invoke({"question": "Keep a"}, THREAD, context=AssistantContext(user="ann", conversation="talk"))
    result = graph.invoke(Command(resume=True), THREAD)
    assert [item.key for item in store.search(memory_namespace("ann"))] == ["talk"]
    assert store.search(memory_namespace("default")) == []
    assert not {"user", "conversation"} & result.keys()


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_thresholds_hold_in_the_steps_after_a_pause(asynchronous: bool) -> None:
    model = PortedModel(
        script={
            "plan": "What is 2 + 3?\nHow tall is #1?",
            "route": lambda prompt: {"tools" if "+" in prompt else "documents": 0.9},
            "tool": [calls(("note", {"text": "a"})), "5"],
            "grade": 0.3,
            "quote": "It is 38 metres tall",
            "answer": "38 metres",
            "check": 0.9,
            "rewrite": "",
        }
    )
    graph = build_reasoner(
        model, ListRetriever(passages=passages_of()), [note_tool([]), add], checkpointer=InMemorySaver()
    )
    asked: Any = {"question": "How tall is the sum?"}
    context = DocumentQAContext(thresholds=Thresholds(relevance=0.2))
    if asynchronous:
        await graph.ainvoke(asked, OTHER, context=context)
        result = await graph.ainvoke(Command(resume=True), OTHER)
    else:
        graph.invoke(asked, OTHER, context=context)
        result = graph.invoke(Command(resume=True), OTHER)
    assert [step["answer"] for step in result["steps"]] == ["5", "38 metres"]
    assert "settings" not in result
