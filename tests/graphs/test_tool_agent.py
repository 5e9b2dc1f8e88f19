"""Every road through the tool agent: calls, errors, guards, approval."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, cast

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool, InjectedToolCallId, StructuredTool, tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command

from graphs import ToolAgentContext, ToolPolicy, build_tool_agent
from graphs.tool_agent.guard import changes_something
from graphs.tool_agent.nodes import NOT_ALLOWED
from tests.graphs.fakes import NarrowModel, ScriptedModel

THREAD: Any = {"configurable": {"thread_id": "one"}}


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@tool
def divide(a: int, b: int) -> float:
    """Divide two numbers."""
    return a / b


def note_tool(kept: list[str]) -> BaseTool:
    def note(text: str) -> str:
        """Keep a note."""
        kept.append(text)
        return "kept"

    return StructuredTool.from_function(note, metadata={"changes": True})


_ids = iter(range(10**9))


def calls(*wanted: tuple[str, dict[str, Any]], text: str = "") -> AIMessage:
    return AIMessage(
        text,
        tool_calls=[
            {"name": name, "args": arguments, "id": f"call-{next(_ids)}", "type": "tool_call"}
            for name, arguments in wanted
        ],
    )


def scripted(*replies: Any) -> ScriptedModel:
    return ScriptedModel(script={"tool": list(replies)})


def results(state: Any) -> list[tuple[str, str]]:
    return [
        (message.status, message.text) for message in state["messages"] if isinstance(message, ToolMessage)
    ]


def test_without_tools_it_just_answers() -> None:
    result = build_tool_agent(scripted("Hello."), [add]).invoke({"question": "Hi"})
    assert (result["answer"], result["abstained"], result["calls"]) == ("Hello.", False, [])
    assert [message.type for message in result["messages"]] == ["human", "ai"]
    assert result["route"] == "tools"


def test_it_calls_a_tool_and_answers_from_its_result() -> None:
    model = scripted(calls(("add", {"a": 2, "b": 3})), lambda prompt: f"It is {prompt.splitlines()[-1]}.")
    result = build_tool_agent(model, [add, divide]).invoke({"messages": [HumanMessage("2 + 3?")]})
    assert result["answer"] == "It is 5."
    assert result["calls"] == [
        {"name": "add", "arguments": {"a": 2, "b": 3}, "result": "5", "status": "success"}
    ]
    assert result["decisions"][0]["what"] == "call add(a=2, b=3)"
    assert model.tools == ["add", "divide"]


def test_several_calls_in_one_turn() -> None:
    model = scripted(calls(("add", {"a": 1, "b": 1}), ("add", {"a": 2, "b": 2})), "2 and 4")
    result = build_tool_agent(model, [add]).invoke({"question": "?"})
    assert results(result) == [("success", "2"), ("success", "4")]


def test_errors_are_fed_back() -> None:
    model = scripted(
        calls(("divide", {"a": 1, "b": 0}), ("add", {"a": "x", "b": 0}), ("nothing", {})),
        calls(("divide", {"a": 1, "b": 1})),
        "1",
    )
    result = build_tool_agent(model, [add, divide]).invoke({"question": "?"})
    (first, second, third, fourth) = results(result)
    assert first == ("error", "Error: ZeroDivisionError: division by zero")
    assert second[0] == third[0] == "error"
    assert "valid integer" in second[1]
    assert "not a valid tool" in third[1]
    assert fourth == ("success", "1.0")
    assert result["answer"] == "1"


def test_invalid_arguments_are_fed_back_and_cannot_go_on_for_ever() -> None:
    broken = AIMessage(
        "",
        invalid_tool_calls=[
            {"name": "add", "args": "{a", "id": "x", "error": None, "type": "invalid_tool_call"}
        ],
    )
    model = ScriptedModel(script={"tool": [broken, "Sorry."]})
    # The stream of a fake loses invalid calls, so the graph runs without one.
    result = build_tool_agent(model, [add]).invoke({"question": "?"})
    assert "not valid JSON" in results(result)[0][1]
    assert result["answer"] == "Sorry."
    model = ScriptedModel(script={"tool": broken})
    result = build_tool_agent(model, [add], policy=ToolPolicy(max_calls=3)).invoke({"question": "?"})
    assert result["abstained"]
    assert len(model.asked) == 4


def test_the_same_call_is_not_made_twice() -> None:
    made: list[int] = []

    def count(a: int) -> int:
        """Count."""
        made.append(a)
        return len(made)

    model = scripted(
        calls(("count", {"a": 1}), ("count", {"a": 1})), calls(("count", {"a": 1})), "One.", "Never asked."
    )
    result = build_tool_agent(model, [StructuredTool.from_function(count)]).invoke({"question": "?"})
    assert made == [1]
    assert [status for status, _ in results(result)] == ["success", "error", "error"]
    assert result["answer"] == "One."


def test_a_new_turn_may_make_the_same_call() -> None:
    model = scripted(calls(("add", {"a": 1, "b": 1})), "2", calls(("add", {"a": 1, "b": 1})), "2 again")
    graph = build_tool_agent(model, [add], checkpointer=InMemorySaver())
    graph.invoke({"question": "1 + 1?"}, THREAD)
    result = graph.invoke({"question": "And again?"}, THREAD)
    assert results(result) == [("success", "2"), ("success", "2")]
    assert (result["answer"], len(result["calls"])) == ("2 again", 1)


def test_the_budget_holds() -> None:
    numbers = iter(range(100))
    model = ScriptedModel(
        script={
            "tool": lambda prompt: calls(
                *[("add", {"a": next(numbers), "b": 0}) for _ in range(2)], text="so"
            )
        }
    )
    result = build_tool_agent(model, [add], policy=ToolPolicy(max_calls=3)).invoke({"question": "?"})
    assert [status for status, _ in results(result)] == ["success", "success", "success", "error"]
    assert "budget" in results(result)[-1][1]
    assert result["answer"] == "so"
    assert not result["messages"][-1].tool_calls


def test_a_long_result_is_cut_and_says_so() -> None:
    shout = StructuredTool.from_function(lambda: "x" * 10_000_000, name="shout", description="Shout.")
    result = build_tool_agent(scripted(calls(("shout", {})), "Loud."), [shout]).invoke({"question": "?"})
    assert results(result)[0][1] == "x" * 4000 + "\n[The first 4000 of 10000000 characters.]"


def look_tool(length: int) -> BaseTool:
    def look(where: str) -> str:
        """Look somewhere."""
        return "x " * length + f"end of {where}"

    return StructuredTool.from_function(look)


def test_all_results_of_a_turn_are_read_whole() -> None:
    looks = [("look", {"where": where}) for where in "abc"]
    model = scripted(calls(*looks), "Done.", "Welcome.")
    graph = build_tool_agent(model, [look_tool(200)], checkpointer=InMemorySaver())
    graph.invoke({"question": "Look everywhere"}, THREAD)
    assert all(f"end of {where}" in model.prompts_of("tool")[-1] for where in "abc")
    graph.invoke({"question": "Thanks"}, THREAD)
    assert "end of" not in model.prompts_of("tool")[-1]  # what they were needed for is done


def test_results_that_do_not_fit_together_are_shortened_the_oldest_first() -> None:
    looks = [("look", {"where": where}) for where in "abc"]
    model = NarrowModel(script={"tool": [calls(*looks), "Done."]}, context_length=520)
    assert build_tool_agent(model, [look_tool(130)]).invoke({"question": "Look"})["answer"] == "Done."
    read = model.prompts_of("tool")[-1]
    assert [f"end of {where}" in read for where in "abc"] == [False, True, True]


def test_of_a_long_result_the_text_alone_is_cut() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}

    @tool(response_format="content_and_artifact")
    def look() -> tuple[list[Any], dict[str, int]]:
        """Look."""
        text = {"type": "text", "text": "ab"}
        return [text, picture, {"type": "text", "text": "cd"}, text], {"rows": 3}

    model, policy = scripted(calls(("look", {})), "Seen."), ToolPolicy(result_characters=3)
    result = build_tool_agent(model, [look], policy=policy).invoke({"question": "?"})
    [message] = [message for message in result["messages"] if isinstance(message, ToolMessage)]
    kept = [{"type": "text", "text": "ab"}, picture, {"type": "text", "text": "c"}]
    assert message.content == [*kept, {"type": "text", "text": "\n[The first 3 of 6 characters.]"}]
    assert message.artifact == {"rows": 3}


def adding_tool(*added: Any) -> BaseTool:
    @tool
    def extend(number: int, tool_call_id: Annotated[str, InjectedToolCallId]) -> Command[Any]:
        """Add to the conversation."""
        told = ToolMessage("x" * 10, tool_call_id=tool_call_id)
        return Command(update={"messages": [told, *added], "route": "tools"})

    return cast(BaseTool, extend)


def test_results_that_a_command_adds_are_cut_as_well() -> None:
    model, policy = scripted(calls(("extend", {"number": 1})), "Done."), ToolPolicy(result_characters=3)
    result = build_tool_agent(model, [adding_tool()], policy=policy).invoke({"question": "?"})
    assert results(result) == [("success", "xxx\n[The first 3 of 10 characters.]")]
    assert result["route"] == "tools"


def test_a_tool_that_speaks_for_a_person_does_not_get_a_new_budget() -> None:
    numbers = iter(range(100))
    model = ScriptedModel(
        script={"tool": lambda prompt: calls(("extend", {"number": next(numbers)}), text="so")}
    )
    graph = build_tool_agent(model, [adding_tool(HumanMessage("Go on."))], policy=ToolPolicy(max_calls=3))
    result = graph.invoke({"messages": [HumanMessage("Hi"), AIMessage("Hello."), HumanMessage("?")]})
    assert (len(result["calls"]), result["answer"]) == (3, "so")


def test_ids_that_come_again_do_not_mix_up_results() -> None:
    def call(*numbers: int) -> AIMessage:
        wanted = [{"name": "add", "args": {"a": number, "b": 0}, "id": "call_0"} for number in numbers]
        return AIMessage("", tool_calls=wanted)

    graph = build_tool_agent(scripted(call(1), call(2, 3), "Done."), [add])
    made = graph.invoke({"question": "?"})["calls"]
    assert [(one["arguments"]["a"], one["result"]) for one in made] == [(1, "1"), (2, "2"), (3, "3")]


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_tool_that_does_not_return_is_left_behind(asynchronous: bool) -> None:
    released = threading.Event()

    def hang() -> str:
        """Hang."""
        released.wait(20)
        return "late"

    async def ahang() -> str:
        """Hang."""
        await asyncio.sleep(20)
        return "late"

    tools = [StructuredTool.from_function(hang, ahang)]
    graph = build_tool_agent(
        scripted(calls(("hang", {})), "Gave up."), tools, policy=ToolPolicy(seconds=0.05)
    )
    result = await graph.ainvoke({"question": "?"}) if asynchronous else graph.invoke({"question": "?"})
    released.set()
    assert results(result) == [("error", "Error: no result within 0.05 seconds.")]
    assert result["answer"] == "Gave up."


@pytest.mark.parametrize(("verdict", "kept"), [(True, ["a", "b"]), (False, []), (0, []), ("yes", [])])
def test_a_change_waits_for_a_person(verdict: Any, kept: list[str]) -> None:
    notes: list[str] = []
    model = scripted(
        calls(("note", {"text": "a"}), ("add", {"a": 1, "b": 1}), ("note", {"text": "b"})), "Done."
    )
    graph = build_tool_agent(model, [note_tool(notes), add], checkpointer=InMemorySaver())
    paused = graph.invoke({"question": "Keep a and b"}, THREAD)
    request = paused["__interrupt__"][0].value
    assert notes == []
    assert [(call["name"], call["arguments"]) for call in request["calls"]] == [
        ("note", {"text": "a"}),
        ("note", {"text": "b"}),
    ]
    assert request["calls"][0]["description"] == "Keep a note."
    result = graph.invoke(Command(resume=verdict), THREAD)
    assert sorted(notes) == kept  # calls of one message run in parallel
    assert ("success", "2") in results(result)
    assert [text for _, text in results(result)].count(NOT_ALLOWED) == 2 - len(kept)
    assert result["answer"] == "Done."


def test_a_person_may_allow_some_calls() -> None:
    notes: list[str] = []
    model = scripted(calls(("note", {"text": "a"}), ("note", {"text": "b"})), "Done.")
    graph = build_tool_agent(model, [note_tool(notes)], checkpointer=InMemorySaver())
    request = graph.invoke({"question": "?"}, THREAD)["__interrupt__"][0].value
    graph.invoke(Command(resume=[request["calls"][1]["id"]]), THREAD)
    assert notes == ["b"]


def test_a_pause_outlives_the_process(tmp_path: Path) -> None:
    notes: list[str] = []
    model = scripted(calls(("note", {"text": "a"})), "Done.")
    with SqliteSaver.from_conn_string(str(tmp_path / "threads.db")) as saver:
        build_tool_agent(model, [note_tool(notes)], checkpointer=saver).invoke({"question": "?"}, THREAD)
    connection = sqlite3.connect(tmp_path / "threads.db", check_same_thread=False)
    graph = build_tool_agent(model, [note_tool(notes)], checkpointer=SqliteSaver(connection))
    result = graph.invoke(Command(resume=True), THREAD)
    connection.close()
    assert (notes, result["answer"]) == (["a"], "Done.")


def test_a_run_can_have_a_smaller_budget_and_other_tools_that_wait() -> None:
    notes: list[str] = []
    wanted = [calls(("note", {"text": text}), text=f"So: {text}") for text in "abc"]

    def build(most: int) -> Any:
        tools = [note_tool(notes)]
        policy = ToolPolicy(max_calls=most)
        return build_tool_agent(scripted(*wanted), tools, policy=policy, checkpointer=InMemorySaver())

    result = build(8).invoke(
        {"question": "Keep all"}, THREAD, context=ToolAgentContext(max_calls=1, approval=())
    )
    assert (notes, len(result["calls"]), result["answer"]) == (["a"], 1, "So: b")
    # No run gets more than the graph was built for, and without a context it waits as it was built to.
    assert len(build(2).invoke({"question": "?"}, THREAD, context=ToolAgentContext(9, ()))["calls"]) == 2
    assert "__interrupt__" in build(2).invoke({"question": "?"}, THREAD)


def test_which_tools_wait_can_be_set() -> None:
    notes: list[str] = []
    model = scripted(calls(("note", {"text": "a"})), "Done.")
    build_tool_agent(model, [note_tool(notes)], policy=ToolPolicy(approval=())).invoke({"question": "?"})
    assert notes == ["a"]
    with pytest.raises(ValueError, match="no tool to approve named sing"):
        build_tool_agent(model, [add], policy=ToolPolicy(approval=["sing"]))


@pytest.mark.parametrize(
    ("metadata", "changes"),
    [
        (None, False),
        ({}, False),
        ({"changes": True}, True),
        ({"readOnlyHint": True}, False),
        ({"readOnlyHint": False}, True),
        ({"destructiveHint": False}, True),
    ],
)
def test_what_changes_something(metadata: dict[str, Any] | None, changes: bool) -> None:
    marked = add.model_copy(update={"metadata": metadata})
    assert changes_something(marked) is changes


def test_it_streams_tokens_calls_and_each_message_once() -> None:
    graph = build_tool_agent(scripted(calls(("add", {"a": 1, "b": 1})), "It is two."), [add])
    parts = list(graph.stream({"question": "1 + 1?"}, stream_mode=["messages", "custom"], version="v2"))
    shown: dict[str, str] = {}
    for part in parts:
        if part["type"] == "messages":
            message = part["data"][0]
            shown[str(message.id)] = shown.get(str(message.id), "") + message.text
    assert list(shown.values()) == ["1 + 1?", "", "2", "It is two."]
    chunks = [part["data"][0] for part in parts if part["type"] == "messages"]
    assert any(getattr(chunk, "tool_call_chunks", None) for chunk in chunks)
    assert [part["data"]["node"] for part in parts if part["type"] == "custom"] == ["think", "think"]


MADE: ContextVar[list[str]] = ContextVar("made")
"""What was called in a run; a call that was given up may begin when the next run has, and is not of that."""


def adversarial_tool(released: threading.Event) -> BaseTool:
    def act(kind: str, seed: int) -> str:
        """Act."""
        MADE.get().append(kind)
        if kind == "fail":
            raise RuntimeError("no" * 5000)
        if kind == "hang":
            released.wait(60)
        return "y" * 10_000_000 if kind == "shout" else "done"

    return StructuredTool.from_function(act)


def misbehave(generator: random.Random) -> AIMessage:
    """Call anything, often the same again, with and without what it needs, seldom knowing when to end."""
    wanted = []
    for _ in range(generator.choice([0, 0, 1, 2, 6])):
        kind = generator.choice(["fail", "fail", *["loop"] * 6, "hang", "shout"])
        name = "act" if generator.random() < 0.8 else "unknown"
        arguments = (
            {"kind": kind, "seed": generator.randint(0, 3)} if generator.random() < 0.8 else {"bad": 1}
        )
        wanted.append((name, arguments))
    reply = calls(*wanted, text=generator.choice(["", "text"]))
    if generator.random() < 0.1:
        broken = {"name": "act", "args": "{", "id": f"broken-{generator.random()}", "error": "cut"}
        reply.invalid_tool_calls = [{"type": "invalid_tool_call", **broken}]
    return reply


def test_no_adversarial_run_exceeds_its_budget() -> None:
    generator, released = random.Random(7), threading.Event()
    model = ScriptedModel(script={"tool": lambda prompt: misbehave(generator)})
    graph = build_tool_agent(
        model, [adversarial_tool(released)], policy=ToolPolicy(max_calls=5, seconds=0.01)
    )
    kinds: set[str] = set()
    for _ in range(1000):
        made: list[str] = []
        MADE.set(made)
        model.asked.clear()
        result = graph.invoke({"question": "?"})
        kinds |= set(made)
        assert len(made) <= 5
        assert len(model.asked) <= 12  # five useful rounds, five that are no calls at all, and the end
        assert all(len(text) < 4100 for _, text in results(result))
        answered = [
            message.tool_call_id for message in result["messages"] if isinstance(message, ToolMessage)
        ]
        assert sorted(answered) == sorted(call_ids(result))
    released.set()
    assert kinds == {"fail", "loop", "hang", "shout"}


def call_ids(state: Any) -> list[Any]:
    messages = [message for message in state["messages"] if isinstance(message, AIMessage)]
    return [call["id"] for message in messages for call in [*message.tool_calls, *message.invalid_tool_calls]]


def test_calls_that_were_given_up_leave_nothing_behind() -> None:
    kept: list[str] = []
    model = scripted(calls(("note", {"text": "eggs"})), "Hello.")
    graph = build_tool_agent(model, [note_tool(kept)], checkpointer=InMemorySaver())
    assert "__interrupt__" in graph.invoke({"question": "Note eggs."}, THREAD)
    result = graph.invoke({"question": "Hello!"}, THREAD)
    assert [message.type for message in result["messages"]] == ["human", "human", "ai"]
    assert (result["answer"], kept) == ("Hello.", [])


def test_a_call_without_an_id_waits_for_approval_like_any_other() -> None:
    for verdict in (False, True):
        kept: list[str] = []
        call = {"name": "note", "args": {"text": "eggs"}, "id": None, "type": "tool_call"}
        model = scripted(AIMessage("", tool_calls=[call]), "Done.")
        graph = build_tool_agent(model, [note_tool(kept)], checkpointer=InMemorySaver())
        graph.invoke({"question": "Note eggs."}, THREAD)
        result = graph.invoke(Command(resume=verdict), THREAD)
        assert kept == ["eggs"] * verdict
        assert result["calls"][0]["status"] == ("success" if verdict else "error")


def test_a_tool_that_ends_the_program_does_not_seem_to_be_late() -> None:
    @tool
    def leave() -> str:
        """End the program."""
        raise SystemExit(4)

    with pytest.raises(SystemExit):
        build_tool_agent(scripted(calls(("leave", {})), "Gone."), [leave]).invoke({"question": "Leave."})


@pytest.mark.parametrize(("kind", "is_whole"), [(NarrowModel, False), (ScriptedModel, True)])
def test_the_newest_turns_that_fit_are_read(kind: type[ScriptedModel], is_whole: bool) -> None:
    model = kind(script={"tool": lambda prompt: f"It is {prompt.splitlines()[-1]}"})
    graph = build_tool_agent(model, [add], checkpointer=InMemorySaver())
    for number in range(12):
        result = graph.invoke({"question": f"What is {number} + 1?"}, THREAD)
    read = model.prompts_of("tool")[-1]
    assert "What is 10 + 1?" in read
    assert ("What is 0 + 1?" in read) is is_whole
    assert len(result["messages"]) == 24
