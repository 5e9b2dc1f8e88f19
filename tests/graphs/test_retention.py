"""Threads on disk: small, and resumable after the process was killed."""

from __future__ import annotations

import contextlib
import itertools
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

from graphs.retention import AsyncBoundedSqliteSaver, BoundedSqliteSaver, Row, superfluous
from tests.graphs.fakes import ScriptedModel
from tests.graphs.test_assistant import TALL, THREAD, assistant, by_subject, model_that

TURN = "Hello! " + "We speak of many things. " * 48
"""About 1.2 kB."""


def rows_of(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute("SELECT count(*) FROM checkpoints").fetchone()[0])


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def test_a_hundred_turns_take_less_than_a_megabyte(tmp_path: Path) -> None:
    with BoundedSqliteSaver.from_conn_string(str(tmp_path / "threads.db")) as saver:
        graph = assistant(model_that(chat="Yes. " * 20), checkpointer=saver)
        sizes = []
        for number in range(100):
            question = f"{number} {TURN}" if number % 2 else f"{number} {TALL} {TURN}"
            assert graph.invoke({"question": question}, THREAD)["answer"]
        assert len(list(graph.get_state_history(THREAD))) < 70
        sizes.append(size_of(tmp_path))
    assert max(sizes) < 1_000_000


def test_the_ends_of_turns_stay_and_can_be_rewound_to(tmp_path: Path) -> None:
    with BoundedSqliteSaver.from_conn_string(str(tmp_path / "threads.db")) as saver:
        graph = assistant(model_that(), checkpointer=saver)
        for number in range(4):
            graph.invoke({"question": f"Hello {number}!"}, THREAD)
        graph.invoke({"question": "Hello!"}, {"configurable": {"thread_id": "other"}})
        ends = [state for state in graph.get_state_history(THREAD) if not state.next]
        assert [len(state.values["messages"]) for state in ends] == [8, 6, 4, 2]
        fork = graph.invoke({"question": "Hello again!"}, ends[2].config)
        assert [message.text for message in fork["messages"]][::2] == ["Hello 0!", "Hello 1!", "Hello again!"]
        graph.invoke({"question": "Hello after all!"}, THREAD)
        ends = [state for state in graph.get_state_history(THREAD) if not state.next]
        assert sorted(len(state.values["messages"]) for state in ends) == [2, 4, 6, 6, 8, 8]


async def test_the_async_saver_does_the_same(tmp_path: Path) -> None:
    path = tmp_path / "threads.db"
    async with AsyncBoundedSqliteSaver.from_conn_string(str(path)) as saver:
        saver.turns = 2
        graph = assistant(model_that(), checkpointer=saver)
        for number in range(6):
            result = await graph.ainvoke({"question": f"Hello {number}!"}, THREAD)
        assert len(result["messages"]) == 12
        ends = [state async for state in graph.aget_state_history(THREAD) if not state.next]
        assert len(ends) == 3
    assert rows_of(path) < 12


def test_what_is_superfluous() -> None:
    rows = [
        Row("", "01", None, "input"),
        Row("", "02", "01", "loop"),
        Row("tools:x", "03", None, "loop"),
        Row("", "04", "02", "loop"),
        Row("", "05", "04", "input"),
        Row("", "06", "05", "loop"),
        Row("tools:y", "07", None, "loop"),
    ]
    assert [row.identifier for row in superfluous(rows, turns=5)] == ["01", "02", "03", "05"]
    assert [row.identifier for row in superfluous(rows, turns=0)] == ["01", "02", "03", "04", "05"]
    assert superfluous([], turns=5) == []


def test_a_graph_inside_with_a_memory_of_its_own_is_a_thread_of_its_own() -> None:
    rows = [
        Row("", "01", None, "input"),
        Row("keeper", "02", None, "input"),
        Row("keeper", "03", "02", "loop"),
        Row("keeper|tools:x", "04", None, "loop"),
        Row("", "05", "01", "loop"),
        Row("", "06", "05", "input"),
        Row("keeper", "07", "03", "input"),
        Row("keeper", "08", "07", "loop"),
        Row("", "09", "06", "loop"),
        Row("", "10", "09", "input"),
    ]
    assert [row.identifier for row in superfluous(rows, turns=5)] == ["01", "02", "04", "06", "07"]
    assert [row.identifier for row in superfluous(rows, turns=0)] == "01 02 03 04 05 06 07 09".split()


class Talk(TypedDict):
    said: str
    answer: str


def graph_around(inside: Any, saver: Any) -> Any:
    def run(state: Talk) -> dict[str, str]:
        return {"answer": inside.invoke({"question": state["said"]})["answer"]}

    builder = StateGraph(Talk)
    builder.add_node("run", run)
    builder.add_edge(START, "run")
    return builder.compile(saver)


def test_a_graph_inside_remembers_the_turns_before(tmp_path: Path) -> None:
    model = model_that()
    with BoundedSqliteSaver.from_conn_string(str(tmp_path / "threads.db")) as saver:
        saver.turns = 2
        graph = graph_around(assistant(model, checkpointer=True), saver)
        for number in range(6):
            graph.invoke({"said": f"Hello {number}!"}, THREAD)
    assert all(f"Hello {number}!" in model.prompts_of("chat")[-1] for number in range(6))
    assert rows_of(tmp_path / "threads.db") < 20


CHILD = """
import os, signal, sys
from langgraph.checkpoint.sqlite import SqliteSaver
from tests.graphs.test_assistant import THREAD, assistant, model_that
task, path = sys.argv[1:]
model = model_that()
spared = model.script[task]
def die(prompt):
    os.kill(os.getpid(), signal.SIGKILL)
model.script[task] = die
with SqliteSaver.from_conn_string(path) as saver:
    assistant(model, checkpointer=saver).invoke({"question": %r}, THREAD, durability="sync")
"""


@pytest.mark.parametrize(("task", "done"), [("route", []), ("check", ["route", "grade", "quote", "answer"])])
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, task: str, done: list[str]) -> None:
    path = str(tmp_path / "threads.db")
    killed = subprocess.run(
        [sys.executable, "-c", CHILD % TALL, task, path],
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr.decode()
    model: Any = model_that()
    with SqliteSaver.from_conn_string(path) as saver:
        result = assistant(model, checkpointer=saver).invoke(None, THREAD, durability="sync")
    assert result["answer"] == "38 metres"
    # What was decided before the kill is not asked again.
    assert not any(model.prompts_of(earlier) for earlier in done)


class Cut(BaseException):
    """Ends a run as abruptly as is possible within a process: nothing of ours catches it."""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (TALL, "38 metres"),
        ("What is 2 + 3?", "It is 14."),
        ("Are both of them 38 m?", "38 metres"),
        ("Hello!", "You said: Hello!"),
    ],
)
def test_every_superstep_can_be_the_last_before_a_restart(tmp_path: Path, question: str, answer: str) -> None:
    """Cut off at the first thing that is asked, at the second, and so on, until a run comes to its end."""
    for number in itertools.count():
        thread: Any = {"configurable": {"thread_id": str(number)}}
        path = str(tmp_path / "threads.db")
        model = model_that(route=routes)
        cut_at(model, number)
        with BoundedSqliteSaver.from_conn_string(path) as saver, contextlib.suppress(Cut):
            assistant(model, checkpointer=saver, history_tokens=5).invoke(
                {"question": question}, thread, durability="sync"
            )
            break
        later = model_that(route=routes)
        with BoundedSqliteSaver.from_conn_string(path) as saver:
            graph = assistant(later, checkpointer=saver, history_tokens=5)
            result = graph.invoke(None, thread, durability="sync")
            assert (result["answer"], graph.get_state(thread).next) == (answer, ())
        # Only what was asked in the step that was cut off is asked again.
        assert len(later.asked) + number < len(full_run(question)) + LARGEST_STEP
    assert number == len(full_run(question))


LARGEST_STEP = 6
"""Asks of the step that asks most: a long turn is summarised in six pieces."""


def routes(prompt: str) -> str:
    return "documents" if prompt == "How tall is it?" else by_subject(prompt)


def full_run(question: str) -> list[tuple[str, str]]:
    model = model_that(route=routes)
    assistant(model, history_tokens=5).invoke({"question": question})
    return model.asked


def cut_at(model: ScriptedModel, number: int) -> None:
    """Make a model end its process, as it were, when it is asked for the time after `number` others."""

    def cutting(script: Any) -> Callable[[str], Any]:
        def reply(prompt: str) -> Any:
            if len(model.asked) > number:
                raise Cut
            return script(prompt) if callable(script) else script

        return reply

    model.script = {task: cutting(script) for task, script in model.script.items()}
