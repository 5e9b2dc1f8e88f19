from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import cast

import pytest
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.tools import StructuredTool
from langgraph.checkpoint.memory import InMemorySaver

from agent.assembly import Assembly
from agent.conversations import answering
from agent.conversations.answer import ABSTAINED, Answer
from agent.conversations.answering import Answerer, Graph
from agent.conversations.events import Approval, Event, Finished, Step, Token
from agent.errors import Cancelled
from agent.rendering.plain import answer_lines
from graphs import build_assistant
from tests.agent.fakes import LIGHTHOUSE, SMALL_TALK, RuleModel
from tests.graphs.fakes import ScriptedModel

Assemble = Callable[..., Assembly]


def test_an_answer_has_its_exact_place(assemble: Assemble) -> None:
    answer = assemble().answerer.get().ask("How tall is the lighthouse?")
    assert answer.text == "38"
    [citation] = answer.citations
    assert LIGHTHOUSE[citation.start : citation.end] == citation.quote == "It is 38 metres tall."
    assert (citation.path, citation.start_line, citation.end_line) == ("island.md", 4, 4)
    assert answer.confidence is not None
    assert 0.9 < answer.confidence < 1


def test_what_the_documents_do_not_say(assemble: Assemble) -> None:
    answer = assemble().answerer.get().ask("Who painted Guernica?")
    assert answer.abstained
    assert answer.to_json()["answer"] is None
    assert answer.citations == ()


@pytest.mark.parametrize(("least", "is_shown"), [(0.0, True), (1.1, False)])
def test_what_came_closest_is_shown_where_it_is_worth_a_look(
    assemble: Assemble, monkeypatch: pytest.MonkeyPatch, least: float, is_shown: bool
) -> None:
    monkeypatch.setattr(answering, "WORTH_A_LOOK", least)
    answer = assemble(confidence=0.999).answerer.get().ask("How tall is the lighthouse?")
    assert answer.abstained
    assert answer.citations == ()
    assert [near.quote for near in answer.closest] == ["It is 38 metres tall."] * is_shown
    assert answer.sources == answer.closest
    assert Answer.from_record(answer.to_record()).closest == answer.closest
    lines = answer_lines(answer)
    assert lines[0] == ABSTAINED
    assert ('[1] island.md, line 4: "It is 38 metres tall."' in lines) is is_shown


def test_a_follow_up_is_understood(assemble: Assemble) -> None:
    answerer = assemble().answerer.get()
    answer = answerer.ask("When was it built?", [("How tall is the lighthouse?", "38")])
    assert answer.text == "1871"
    assert answer.usage.input_tokens == 50


def test_steps_are_told_while_it_works(assemble: Assemble) -> None:
    events = list(assemble().answerer.get().stream("How tall is the lighthouse?"))
    assert [event.node for event in events if isinstance(event, Step)] == [
        "choose", "retrieve", "grade", "quote", "extract", "verify",
    ]  # fmt: skip
    assert isinstance(events[-1], Finished)


def assistant(assemble: Assemble, model: RuleModel | None = None) -> Assembly:
    assembly = assemble(model)
    assembly.workflow = "assistant"
    return assembly


def test_small_talk_is_streamed_once(assemble: Assemble) -> None:
    events = list(assistant(assemble).answerer.get().stream("hello"))
    assert "".join(event.text for event in events if isinstance(event, Token)) == SMALL_TALK
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.text == SMALL_TALK
    assert events[-1].answer.confidence is None
    assert events[-1].answer.route == "chat"


@pytest.mark.parametrize(("allowed", "reply"), [(True, "It is remembered."), (False, "I was told no.")])
def test_a_tool_that_changes_something_waits(assemble: Assemble, allowed: bool, reply: str) -> None:
    assembly = assistant(assemble)
    answers = []
    for event in assembly.answerer.get().stream("remember that the ferry is late"):
        if isinstance(event, Approval):
            [request] = event.requests
            assert (request.name, dict(request.arguments)) == ("remember", {"fact": "the ferry is late"})
            assert assembly.memory.all() == []
            event.decide([request.id] if allowed else [])
        elif isinstance(event, Finished):
            answers.append(event.answer)
    [answer] = answers
    assert answer.text == reply
    assert [call.status for call in answer.calls] == ["success" if allowed else "error"]
    assert [item.text for item in assembly.memory.all()] == (["the ferry is late"] if allowed else [])


def test_asking_without_a_person_declines(assemble: Assemble) -> None:
    assembly = assistant(assemble)
    assert assembly.answerer.get().ask("remember that it rains").text == "I was told no."


def cancel_at(kind: type[Event], assembly: Assembly, question: str) -> list[Event]:
    cancel = threading.Event()
    seen: list[Event] = []
    with pytest.raises(Cancelled):  # noqa: PT012 - it is raised by the loop
        for event in assembly.answerer.get().stream(question, cancel=cancel):
            seen.append(event)
            if isinstance(event, kind):
                cancel.set()
    return seen


def test_an_answer_stops_between_two_tokens(assemble: Assemble) -> None:
    seen = cancel_at(Token, assistant(assemble), "hello")
    assert len([event for event in seen if isinstance(event, Token)]) <= 3


def test_waiting_for_approval_can_be_cancelled(assemble: Assemble) -> None:
    assembly = assistant(assemble)
    cancel_at(Approval, assembly, "remember that it rains")
    assert assembly.memory.all() == []


def assistant_of_two_steps(notes: list[str]) -> Answerer:
    """Breaks every message into two steps, each of which keeps two notes, one after the other."""

    def note(text: str) -> str:
        """Keep a note."""
        notes.append(text)
        return "kept"

    def act(prompt: str) -> str | AIMessage:
        step, *results = prompt.split("\n\n")
        if len(results) == 2 or "Error" in prompt:
            return "done"
        number = len(results) + 1  # as the id of the call it stands in both steps
        call = {"name": "note", "args": {"text": f"{step} {number}"}, "id": f"call-{number}"}
        return AIMessage("", tool_calls=[call])

    script = {"route": "reason", "plan": "Note Ann\nNote Bob", "tool": act, "answer": "done", "check": "yes"}
    tool = StructuredTool.from_function(note, metadata={"changes": True})
    saver = InMemorySaver()
    return Answerer(build_assistant(ScriptedModel(script=script), tools=[tool], checkpointer=saver), saver)


@pytest.mark.parametrize(
    ("allowed", "kept"),
    [
        ({"Ann", "Bob"}, ["Note Ann 1", "Note Ann 2", "Note Bob 1", "Note Bob 2"]),
        ({"Ann"}, ["Note Ann 1", "Note Ann 2"]),
        (set(), []),
    ],
)
def test_steps_that_wait_at_once_are_decided_about_one_by_one(allowed: set[str], kept: list[str]) -> None:
    notes: list[str] = []
    asked: list[int] = []
    for event in assistant_of_two_steps(notes).stream("Note Ann and Bob"):
        if isinstance(event, Approval):
            asked.append(len(event.requests))
            event.decide([item.id for item in event.requests if item.arguments["text"].split()[1] in allowed])
    assert isinstance(event, Finished)
    assert asked == ([2, len(allowed)] if allowed else [2])
    assert sorted(notes) == kept


def test_the_time_that_a_person_takes_to_decide_is_not_the_answers(
    assemble: Assemble, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(answering, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    for event in assistant(assemble).answerer.get().stream("remember that it rains"):
        if isinstance(event, Approval):
            event.decide(())
            now[0] += 60.0
    assert isinstance(event, Finished)
    assert event.answer.seconds == 0.0


def test_nothing_of_a_turn_stays_behind(assemble: Assemble) -> None:
    answerer = assistant(assemble).answerer.get()
    answerer.ask("hello")
    assert answerer._saver is not None
    assert not answerer._saver.storage


@pytest.mark.parametrize("long", ["word " * 260, "\u4e2d" * 700, "x" * 2100])
def test_a_long_conversation_is_left_out_from_its_oldest_end(long: str) -> None:
    asked: list[str] = []

    def stream(given: dict[str, list[BaseMessage]], *_: object, **__: object) -> Iterator[dict[str, object]]:
        asked[:] = [message.text for message in given["messages"]]
        yield {"type": "values", "ns": (), "data": {"answer": "yes"}}

    answerer = Answerer(cast(Graph, SimpleNamespace(stream=stream)))
    answerer.ask("And now?", [("oldest", "a"), (long, "b"), ("newest", None)])
    assert asked == ["newest", ABSTAINED, "And now?"]
    answerer.ask("And now?", [("older", "a"), ("newest", long)])
    assert asked == ["And now?"]
    answerer.ask("And now?", [("older", "a"), ("newest", "b")])
    assert asked == ["older", "a", "newest", "b", "And now?"]
