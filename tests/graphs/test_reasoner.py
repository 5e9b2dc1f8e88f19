"""Every road through the reasoner: parallel questions, questions that build on others, one question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import Runnable, RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from graphs import DocumentQAContext, Judgement, Thresholds, build_assistant, build_reasoner
from graphs.reasoner.nodes import NOT_FOUND_OUT
from tests.graphs.fakes import DOCUMENT, ListRetriever, PortedModel, ScriptedModel, passages_of
from tests.graphs.test_tool_agent import add, calls, note_tool

TALL = "How tall is the lighthouse?"
PIER = "Which pier does the ferry leave from?"


def quote(prompt: str) -> str:
    return "38 metres" if TALL in prompt else "pier 4" if "ferry" in prompt.casefold() else "Ada Finch"


def model_that(kind: type[ScriptedModel] = PortedModel, **script: Any) -> ScriptedModel:
    sure = 0.8 if issubclass(kind, PortedModel) else "yes"
    usual = {
        "plan": f"1. {TALL}\n2. {PIER}",
        "grade": sure,
        "quote": quote,
        "answer": lambda prompt: "pier 4" if "Quotation: How" in prompt else quote(prompt),
        "check": sure,
        "rewrite": "",
    }
    return kind(script={**usual, **script})


@pytest.mark.parametrize("kind", [PortedModel, ScriptedModel])
def test_parallel_questions_are_combined(kind: type[ScriptedModel]) -> None:
    model = model_that(kind)
    graph = build_reasoner(model, ListRetriever(passages=passages_of()))
    result = graph.invoke({"question": "What about the lighthouse and the ferry?"})
    assert result["plan"] == [TALL, PIER]
    assert [(step["question"], step["answer"]) for step in result["steps"]] == [
        (TALL, "38 metres"),
        (PIER, "pier 4"),
    ]
    assert result["answer"] == "pier 4"
    assert f"Quotation: {TALL} 38 metres\n{PIER} pier 4" in model.prompts_of("answer")[-1]
    assert len(result["citations"]) == 2
    for citation in result["citations"]:
        assert DOCUMENT[citation["start"] : citation["end"]] == citation["quote"]
    assert result["confidence"] == pytest.approx(0.8**2 if kind is PortedModel else 1.0)
    assert [decision["node"] for decision in result["decisions"]] == ["divide"] * 2 + ["solve"] * 2 + [
        "check"
    ]
    assert [message.type for message in result["messages"]] == ["human", "ai"]
    assert len(result["messages"][-1].content_blocks[0]["annotations"]) == 2
    assert result["route"] == "reason"


def test_a_question_waits_for_the_answer_that_it_needs() -> None:
    model = model_that(plan=f"{PIER}\nWho keeps #1?\nIs #9 a reference to #3?")
    graph = build_reasoner(model, ListRetriever(passages=passages_of()))
    updates = graph.stream({"question": "Who keeps the ferry's pier?"}, stream_mode="updates")
    nodes = [name for part in updates for name in part]
    assert nodes == ["divide", "solve", "solve", "gather", "solve", "gather", "combine", "check", "finish"]
    steps = graph.invoke({"question": "Who keeps the ferry's pier?"})["steps"]
    assert [step["question"] for step in steps] == [PIER, "Who keeps pier 4?", "Is #9 a reference to #3?"]


def test_a_number_that_the_question_has_means_itself() -> None:
    plan = ["Who opened issue #7?", "Who opened issue #1?", "Who closed issue #1?"]
    model = model_that(plan="\n".join(plan), quote="Its keeper was Ada Finch.", answer="Ada Finch")
    graph = build_reasoner(model, ListRetriever(passages=passages_of()))
    result = graph.invoke({"question": "Who opened issue #7, who opened and who closed issue #1?"})
    assert [step["question"] for step in result["steps"]] == plan
    # Nor is it filled in where a part is named that was not found out.
    graph = build_reasoner(model, ListRetriever(by_search={plan[0]: passages_of()}))
    result = graph.invoke({"question": "Who opened issue #7, who opened and who closed issue #1?"})
    assert result["answer"].splitlines()[1:] == [f"Not found: {question}" for question in plan[1:]]


def test_a_question_whose_need_was_not_met_is_not_asked_and_both_are_named() -> None:
    model = model_that(plan=f"Who is nobody?\nWhen was #1 born?\n{PIER}")
    model.script["answer"] = lambda prompt: "" if "nobody" in prompt else "pier 4"
    graph = build_reasoner(model, ListRetriever(passages=passages_of()))
    result = graph.invoke({"question": "Where?"})
    assert [step["index"] for step in result["steps"]] == [0, 2]
    unknown = "Not found: Who is nobody?\nNot found: When was (Who is nobody?) born?"
    assert result["answer"] == f"pier 4\n{unknown}"
    assert result["messages"][-1].text == result["answer"]


def test_a_model_that_can_be_held_to_questions_plans_with_them() -> None:
    held: list[str] = []

    class Questioner(PortedModel):
        def bind_questions(self, text: str) -> Runnable[Sequence[BaseMessage], AIMessage]:
            held.append(text)
            return RunnableLambda(self.reply_to)

    result = build_reasoner(model_that(Questioner), ListRetriever(passages=passages_of())).invoke(
        {"question": "What about both?"}
    )
    assert held == ["What about both?"]
    assert result["plan"] == [TALL, PIER]


def test_a_plan_of_one_question_is_the_question_as_it_was_asked() -> None:
    model = model_that(plan="How tall is the Ashje?")
    result = build_reasoner(model, ListRetriever(passages=passages_of())).invoke({"question": TALL})
    assert (result["plan"], result["answer"]) == ([TALL], "38 metres")
    assert result["confidence"] == pytest.approx(0.64)
    assert len(model.prompts_of("check")) == 1


@pytest.mark.parametrize(
    "script",
    [
        {"grade": 0.1},
        {"answer": lambda prompt: "" if "Quotation: How" in prompt else quote(prompt)},
        {"check": lambda prompt: 0.1 if "Quotation: How" in prompt else 0.9},
    ],
    ids=["nothing found", "nothing combined", "not supported"],
)
def test_it_abstains(script: dict[str, Any]) -> None:
    graph = build_reasoner(model_that(**script), ListRetriever(passages=passages_of()))
    result = graph.invoke({"question": "What about both?"})
    assert (result["answer"], result["abstained"], result["citations"]) == (None, True, [])
    assert result["messages"][-1].text == NOT_FOUND_OUT


@pytest.mark.parametrize("is_step_sure", [True, False])
def test_what_came_closest_is_told_where_it_abstains(is_step_sure: bool) -> None:
    def check(prompt: str) -> float:
        return 0.9 if is_step_sure and "Quotation: How" not in prompt else 0.1

    graph = build_reasoner(model_that(check=check), ListRetriever(passages=passages_of()))
    result = graph.invoke({"question": "What about the lighthouse and the ferry?"})
    assert (result["abstained"], result["citations"]) == (True, [])
    assert [("38 metres" in one["quote"], "pier 4" in one["quote"]) for one in result["closest"]] == [
        (True, False),
        (False, True),
    ]


def test_who_asks_two_things_is_told_both() -> None:
    model = model_that()
    graph = build_reasoner(model, ListRetriever(passages=passages_of()))
    result = graph.invoke({"question": f"{TALL[:-1]}, and {PIER[0].lower()}{PIER[1:]}"})
    assert result["answer"] == "38 metres, pier 4"
    assert len(result["citations"]) == 2
    assert len(model.prompts_of("check")) == 3  # each part, and the whole


def test_a_follow_up_is_put_into_context_before_it_is_planned() -> None:
    model = model_that(rewrite="What about the lighthouse and the ferry?")
    conversation = [HumanMessage("Is there a lighthouse?"), AIMessage("Yes, at Marrow Point.")]
    result = build_reasoner(model, ListRetriever(passages=passages_of())).invoke(
        {"question": "What about it and the ferry?", "messages": conversation}
    )
    assert result["standalone_question"] == "What about the lighthouse and the ferry?"
    assert model.prompts_of("plan") == [result["standalone_question"]]
    assert result["question"] == "What about it and the ferry?"


def test_an_unsure_chain_abstains() -> None:
    graph = build_reasoner(
        model_that(), ListRetriever(passages=passages_of()), judgement=Judgement(Thresholds(abstention=0.7))
    )
    assert graph.invoke({"question": "What about both?"})["abstained"]


def test_one_run_can_have_other_thresholds() -> None:
    graph = build_reasoner(model_that(), ListRetriever(passages=passages_of()))
    strict = DocumentQAContext(thresholds=Thresholds(relevance=0, support=0, abstention=0.7))
    assert not graph.invoke({"question": "What about both?"})["abstained"]
    assert graph.invoke({"question": "What about both?"}, context=strict)["abstained"]


def test_an_empty_plan_asks_the_question_itself_and_a_long_one_says_what_it_drops() -> None:
    graph = build_reasoner(model_that(plan="\n \n"), ListRetriever(passages=passages_of()))
    assert graph.invoke({"question": TALL})["plan"] == [TALL]
    model = model_that(plan=f"- {TALL}\n- {TALL}\n- {PIER}\n- c\n- d")
    result = build_reasoner(model, ListRetriever(passages=passages_of()), max_questions=2).invoke(
        {"question": "?"}
    )
    assert result["plan"] == [TALL, PIER, "c", "d"]
    assert [step["question"] for step in result["steps"]] == [TALL, PIER]
    assert result["decisions"][4]["what"] == "2 questions too many"
    assert result["answer"].endswith("\nNot found: c\nNot found: d")


def test_a_part_that_waits_for_what_was_not_found_is_named_as_well() -> None:
    model = model_that(
        plan=f"{TALL}\nWho owns the ferry?\nWhere was #2 born?",
        grade=lambda prompt: 0.01 if "owns" in prompt else 0.9,
        answer="38 metres",
    )
    result = build_reasoner(model, ListRetriever(passages=passages_of())).invoke({"question": "?"})
    unknown = "Not found: Who owns the ferry?\nNot found: Where was (Who owns the ferry?) born?"
    assert result["answer"].endswith(unknown)


def test_the_model_routes_simple_questions_to_tools() -> None:
    model = model_that(
        plan=f"{PIER}\nWhat is 2 + 3?",
        route=lambda prompt: (
            {"tools": 0.6, "chat": 0.4} if "+" in prompt else {"documents": 0.9, "chat": 0.1}
        ),
        tool=[calls(("add", {"a": 2, "b": 3})), "5"],
        answer=lambda prompt: "5" if "+" in prompt else "pier 4",
    )
    graph = build_reasoner(model, ListRetriever(passages=passages_of()), [add])
    result = graph.invoke({"messages": [HumanMessage("The pier, and 2 + 3?")]})
    assert [(step["route"], step["answer"]) for step in result["steps"]] == [
        ("documents", "pier 4"),
        ("tools", "5"),
    ]
    assert result["answer"] == "5"


def test_tools_in_a_step_wait_for_a_person() -> None:
    notes: list[str] = []
    model = ScriptedModel(
        script={
            "plan": "Keep a.\nKeep b.",
            "tool": lambda prompt: "ok" if "kept" in prompt else calls(("note", {"text": prompt[5]})),
            "answer": "ok",
            "check": "yes",
        }
    )
    graph = build_reasoner(model, tools=[note_tool(notes)], checkpointer=InMemorySaver())
    thread: Any = {"configurable": {"thread_id": "one"}}
    pauses = graph.invoke({"question": "Keep both."}, thread)["__interrupt__"]
    assert (len(pauses), notes) == (2, [])
    result = graph.invoke(Command(resume={pause.id: True for pause in pauses}), thread)
    assert sorted(notes) == ["a", "b"]
    assert result["answer"] == "ok"


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("langgraph.pregel._retry.time.sleep", lambda _: None)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.parametrize("build", [build_reasoner, build_assistant])
def test_no_call_is_made_again_when_the_model_fails_after_it(build: Any, approved: bool) -> None:
    notes: list[str] = []
    tries: list[str] = []

    def lose(prompt: str) -> AIMessage:
        if "kept" not in prompt:
            return calls(("note", {"text": "a"}))
        tries.append(prompt)
        raise ConnectionError("The service is gone.")

    model = ScriptedModel(script={"plan": "Keep a.", "tool": lose, "route": "reason"})
    note = note_tool(notes).model_copy(update={"metadata": {"changes": approved}})
    graph = build(model, tools=[note], checkpointer=InMemorySaver())
    thread: Any = {"configurable": {"thread_id": "one"}}
    given: Any = {"question": "Keep a."}
    if approved:
        assert len(graph.invoke(given, thread)["__interrupt__"]) == 1
        given = Command(resume=True)
    with pytest.raises(ConnectionError):
        graph.invoke(given, thread)
    assert (notes, len(tries)) == (["a"], 3)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("task", ["plan", "route", "grade"])
def test_a_question_is_asked_again_when_the_connection_was_lost(task: str) -> None:
    script = {"plan": TALL, "route": "documents", "grade": "yes", "tool": "Never asked."}
    model = model_that(ScriptedModel, **script)
    model.script[task] = [ConnectionError(), ConnectionError(), script[task]]
    graph = build_reasoner(
        model, ListRetriever(passages=passages_of()), [add], judgement=Judgement(quote_method="score")
    )
    assert graph.invoke({"question": TALL})["answer"] == "38 metres"


def test_who_answers_is_decided_once_also_where_a_step_pauses() -> None:
    notes: list[str] = []
    model = ScriptedModel(
        script={
            "plan": "Keep a.",
            "route": ["tools", "documents"],
            "tool": lambda prompt: "ok" if "kept" in prompt else calls(("note", {"text": "a"})),
        }
    )
    tools, saver = [note_tool(notes)], InMemorySaver()
    graph = build_reasoner(model, ListRetriever(passages=passages_of()), tools, checkpointer=saver)
    thread: Any = {"configurable": {"thread_id": "one"}}
    graph.invoke({"question": "Keep a."}, thread)
    assert (graph.invoke(Command(resume=True), thread)["answer"], notes) == ("ok", ["a"])


def test_a_thread_begins_each_turn_afresh() -> None:
    model = model_that()
    graph = build_reasoner(model, ListRetriever(passages=passages_of()), checkpointer=InMemorySaver())
    thread: Any = {"configurable": {"thread_id": "one"}}
    graph.invoke({"question": "What about both?"}, thread)
    model.script["plan"] = PIER
    result = graph.invoke({"question": PIER}, thread)
    assert [step["question"] for step in result["steps"]] == [PIER]
    assert [message.type for message in result["messages"]] == ["human", "ai"] * 2


async def test_it_runs_async() -> None:
    graph = build_reasoner(model_that(), ListRetriever(passages=passages_of()))
    result = await graph.ainvoke({"question": "What about both?"})
    assert result["answer"] == "pier 4"
    assert isinstance(result["messages"][-1], AIMessage)


def test_it_needs_someone_to_ask() -> None:
    with pytest.raises(ValueError, match="needs a retriever or tools"):
        build_reasoner(model_that())
    with pytest.raises(ValueError, match="max_questions"):
        build_reasoner(model_that(), ListRetriever(), max_questions=0)
