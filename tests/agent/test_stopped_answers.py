"""A stopped answer runs on until its model has replied: it must not meet the answer to the next question."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore

from agent.assembly import Assembly
from agent.conversations.answering import Answerer
from agent.conversations.events import Approval, Finished
from agent.errors import Cancelled
from graphs import build_assistant
from graphs.assistant.memory import memory_namespace
from tests.agent.fakes import RuleModel
from tests.graphs.fakes import ScriptedModel

Assemble = Callable[..., Assembly]


class FirstIsHeld:
    """Holds the first reply of a model, as a slow one would; all others are let through."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.free = threading.Event()

    def wait(self) -> None:
        if not self.reached.is_set():
            self.reached.set()
            self.free.wait()


class StoppedAnswer:
    """An answer in the conversation "one" that was stopped in the middle of a slow reply, and runs on."""

    def __init__(self, assemble: Assemble) -> None:
        self.held = FirstIsHeld()
        assembly = assemble(RuleModel(held=self.held))
        assembly.workflow = "assistant"
        self.answerer = assembly.answerer.get()
        self.cancel = threading.Event()
        self.worker = threading.Thread(target=self._run, daemon=True)
        self.worker.start()
        assert self.held.reached.wait(10)
        self.cancel.set()

    def end(self) -> None:
        self.held.free.set()
        self.worker.join()

    def _run(self) -> None:
        with suppress(Cancelled):
            list(self.answerer.stream("hello", cancel=self.cancel, conversation="one"))


def test_a_stopped_answer_that_runs_on_is_no_part_of_the_next(assemble: Assemble) -> None:
    stopped = StoppedAnswer(assemble)
    *_, event = stopped.answerer.stream("How tall is the lighthouse?", conversation="one")
    stopped.end()
    assert isinstance(event, Finished)
    assert event.answer.usage == assemble().answerer.get().ask("How tall is the lighthouse?").usage


def test_a_stopped_answer_that_ends_late_takes_nothing_from_the_next(assemble: Assemble) -> None:
    stopped = StoppedAnswer(assemble)
    for event in stopped.answerer.stream("remember that it rains", conversation="one"):
        if isinstance(event, Approval):
            stopped.end()
            event.decide([request.id for request in event.requests])
    assert isinstance(event, Finished)
    assert event.answer.text == "It is remembered."


def test_an_answer_that_is_stopped_at_its_very_end_is_none(assemble: Assemble) -> None:
    cancel = threading.Event()

    def stream(*_: object, **__: object) -> Iterator[Mapping[str, Any]]:
        yield {"type": "values", "ns": (), "data": {"answer": "too late"}}
        cancel.set()

    graph: Any = SimpleNamespace(stream=stream)
    with pytest.raises(Cancelled):
        list(Answerer(graph).stream("hello", cancel=cancel))


def test_a_conversation_has_one_summary() -> None:
    script = {"route": "chat", "chat": "Good day to you.", "summarise": "They talked."}
    store, saver = InMemoryStore(), InMemorySaver()
    graph = build_assistant(ScriptedModel(script=script), history_tokens=5, checkpointer=saver, store=store)
    for _ in range(2):
        list(Answerer(graph, saver).stream("Hello, how are you today?", conversation="one"))
    assert [item.key for item in store.search(memory_namespace("default"))] == ["one"]
