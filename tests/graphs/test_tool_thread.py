"""A tool without an async function runs in a thread of its own, which nobody waits for at the end."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextvars import ContextVar
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command, interrupt

from graphs import build_tool_agent
from tests.graphs.test_tool_agent import THREAD, calls, results, scripted

_HANGING = """
import asyncio, threading
from langchain_core.tools import BaseTool, StructuredTool
from graphs import ToolPolicy, build_tool_agent
from tests.graphs.test_tool_agent import calls, scripted

def wait() -> str:
    "Wait."
    threading.Event().wait()

class Waiting(BaseTool):
    name: str = "hang"
    description: str = "Hang."
    def _run(self) -> str:
        return wait()

tools = [StructuredTool.from_function(wait), Waiting()]
model = scripted(calls(("wait", {}), ("hang", {})), "It hung.")
graph = build_tool_agent(model, tools, policy=ToolPolicy(seconds=0.05))
print(asyncio.run(graph.ainvoke({"question": "?"}))["answer"])
"""


def test_a_program_ends_though_a_tool_hangs() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _HANGING], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.stdout.strip(), ended.returncode) == ("It hung.", 0), ended.stderr


class Adding(BaseTool):
    """Adds two numbers, in the class of a tool that a library may bring."""

    name: str = "add"
    description: str = "Add two numbers."

    def _run(self, a: int, b: int, config: RunnableConfig, run_manager: Any = None) -> int:
        assert run_manager is not None
        assert not hasattr(run_manager, "get_sync")
        return a + b + int(config["configurable"]["more"])


async def test_what_surrounds_a_call_reaches_its_thread() -> None:
    said: ContextVar[str] = ContextVar("said", default="nothing")
    threads: list[threading.Thread] = []

    def whisper(config: RunnableConfig) -> str:
        """Say what was said."""
        threads.append(threading.current_thread())
        return f"{said.get()} {config['configurable']['more']}"

    def fail() -> str:
        """Fail."""
        return str(next(iter(())))

    said.set("hello")
    tools = [StructuredTool.from_function(whisper), Adding(), StructuredTool.from_function(fail)]
    model = scripted(calls(("whisper", {}), ("add", {"a": 2, "b": 3}), ("fail", {})), "Done.")
    graph = build_tool_agent(model, tools)
    found = results(await graph.ainvoke({"question": "?"}, {"configurable": {"more": 7}}))
    assert found[:2] == [("success", "hello 7"), ("success", "12")]
    assert found[2][0] == "error"
    assert threads[0].daemon


@pytest.mark.parametrize("answer", ["yes", "no"])
async def test_a_tool_may_pause_in_its_thread(answer: str) -> None:
    def ask() -> str:
        """Ask the person."""
        return str(interrupt("Really?"))

    model = scripted(calls(("ask", {})), "Done.")
    graph = build_tool_agent(model, [StructuredTool.from_function(ask)], checkpointer=InMemorySaver())
    paused = await graph.ainvoke({"question": "?"}, THREAD)
    assert paused["__interrupt__"][0].value == "Really?"
    assert results(await graph.ainvoke(Command(resume=answer), THREAD)) == [("success", answer)]
