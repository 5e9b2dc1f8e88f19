"""Tools of servers that speak the Model Context Protocol: a small one, really started."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from agent import cli
from agent.assembly import Assembly
from agent.configuration.layers import load
from agent.configuration.settings import ToolServer
from agent.configuration.settings_table import rows
from agent.errors import Cancelled, HomespunError, SettingsError
from agent.parts import models
from agent.tools import servers as servers_module
from agent.tools.servers import ToolServers
from graphs import build_tool_agent
from graphs.tool_agent.guard import changes_something
from tests.agent.fakes import RuleModel, open_memory_index
from tests.graphs.fakes import ScriptedModel
from tests.graphs.test_tool_agent import calls
from tests.ports import free_port

pytest.importorskip("langchain_mcp_adapters", reason='servers of tools come with "homespun[mcp]"')

THREAD: Any = {"configurable": {"thread_id": "one"}}
HARBOUR = '''
import os, sys
from mcp.server.fastmcp import FastMCP
from mcp.types import ToolAnnotations

server = FastMCP("harbour", port=int(sys.argv[1]))
berths = []

@server.tool(annotations=ToolAnnotations(readOnlyHint=True))
def tide(hour: int) -> str:
    """Tell the tide at an hour."""
    if hour > 23:
        raise ValueError("a day has 24 hours")
    return f"The tide at {hour} is low, says {os.getpid()}, {os.environ.get('PORT_NAME')}."

@server.tool()
def book(berth: str) -> str:
    """Book a berth."""
    berths.append(berth)
    return f"Booked: {', '.join(berths)}."

server.run("streamable-http" if server.settings.port else "stdio")
'''


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("harbour") / "harbour.py"
    file.write_text(HARBOUR, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def harbour(program: Path) -> Iterator[ToolServers]:
    server = ToolServer(command=sys.executable, args=[str(program), "0"], env={"PORT_NAME": "Gull Bay"})
    servers = ToolServers({"harbour": server})
    yield servers
    servers.close()


def results(state: Any) -> list[tuple[str, str]]:
    return [
        (message.status, message.text) for message in state["messages"] if isinstance(message, ToolMessage)
    ]


def process_of(text: str) -> int:
    return int(text.partition("says ")[2].partition(",")[0])


def has_ended(process: int) -> bool:
    """Wait until a process is gone: one that has ended is there until somebody has collected it."""
    for _ in range(200):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_what_they_offer(harbour: ToolServers) -> None:
    described = {tool.name: tool.description for tool in harbour.tools}
    assert described == {"harbour_tide": "Tell the tide at an hour.", "harbour_book": "Book a berth."}
    assert {tool.name: changes_something(tool) for tool in harbour.tools} == {
        "harbour_tide": False,
        "harbour_book": True,  # it does not say that it only reads
    }


@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_tool_agent_calls_them(harbour: ToolServers, asynchronous: bool) -> None:
    wanted = calls(("harbour_tide", {"hour": 3}), ("harbour_tide", {"hour": 30}), ("harbour_tide", {}))
    model = ScriptedModel(script={"tool": [wanted, calls(("harbour_tide", {"hour": 4})), "Low."]})
    graph = build_tool_agent(model, harbour.tools)
    given: Any = {"question": "How is the tide?"}
    result = asyncio.run(graph.ainvoke(given)) if asynchronous else graph.invoke(given)
    first, late, missing, last = results(result)
    assert first[1].startswith("The tide at 3 is low")
    assert first[1].endswith("Gull Bay.")
    assert (late[0], "a day has 24 hours" in late[1]) == ("error", True)
    assert (missing[0], "Field required" in missing[1]) == ("error", True)
    assert result["answer"] == "Low."
    # One server answers all calls.
    assert process_of(first[1]) == process_of(last[1]) != os.getpid()


def test_what_changes_something_waits_for_a_person(harbour: ToolServers) -> None:
    model = ScriptedModel(script={"tool": [calls(("harbour_book", {"berth": "4"})), "Booked."]})
    graph = build_tool_agent(model, harbour.tools, checkpointer=InMemorySaver())
    paused = graph.invoke({"question": "Book berth 4."}, THREAD)
    assert paused["__interrupt__"][0].value["calls"][0]["name"] == "harbour_book"
    assert results(paused) == []
    assert results(graph.invoke(Command(resume=True), THREAD)) == [("success", "Booked: 4.")]


def test_closing_ends_the_server(program: Path) -> None:
    servers = ToolServers({"harbour": ToolServer(command=sys.executable, args=[str(program), "0"])})
    process = process_of(str(servers.tools[0].invoke({"hour": 1})))
    servers.close()
    assert has_ended(process)


def test_leaving_the_chat_ends_the_servers(
    folder: Path, program: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ended: list[str] = []
    close = ToolServers.close

    def note(servers: ToolServers) -> None:
        ended.extend(tool.name for tool in servers.tools)
        close(servers)

    monkeypatch.setattr(models, "open_model", lambda _: RuleModel())
    monkeypatch.setattr(Assembly, "_open_own_index", lambda _, place: open_memory_index(place))
    monkeypatch.setattr(ToolServers, "close", note)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"/tools\n/exit\n")))
    server = {"harbour": {"command": sys.executable, "args": [str(program), "0"]}}
    monkeypatch.setenv("HOMESPUN_MCP", json.dumps(server))
    assert cli.run(["chat", "--docs", str(folder)]) == 0
    assert "harbour_tide" in capfd.readouterr().out
    assert ended == ["harbour_tide", "harbour_book"]


def end_while_they_start(assembly: Assembly, is_starting: Callable[[], bool]) -> None:
    """Begin to start the servers, end them from another thread, and wait for both."""
    starting = threading.Thread(target=begin, args=(assembly,), daemon=True)
    starting.start()
    while not is_starting():
        time.sleep(0.01)
    leaving = threading.Thread(target=assembly.end_tool_servers, daemon=True)
    leaving.start()
    for thread in (leaving, starting):
        thread.join(60)
        assert not thread.is_alive()


def begin(assembly: Assembly) -> None:
    with suppress(Cancelled):
        assembly.tool_servers.get()


def test_a_server_that_does_not_answer_is_ended_when_the_chat_is_left(
    assemble: Callable[..., Assembly], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers_module, "_SECONDS", 600.0)
    note = tmp_path / "note"
    program = (
        "import os, pathlib, sys, time; note = pathlib.Path(sys.argv[1]); "
        "note.with_suffix('.new').write_text(str(os.getpid())); note.with_suffix('.new').rename(note); "
        "time.sleep(600)"
    )
    server = ToolServer(command=sys.executable, args=["-c", program, str(note)])
    assembly = assemble(mcp={"harbour": server})
    end_while_they_start(assembly, note.exists)
    assert has_ended(int(note.read_text("utf-8")))
    assert not assembly.tool_servers.ready


def test_servers_that_are_ready_just_when_the_chat_is_left_are_closed(
    assemble: Callable[..., Assembly], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []

    class Servers:
        def __init__(self, _: object, unwanted: threading.Event) -> None:
            said.append("starting")
            unwanted.wait()

        def close(self) -> None:
            said.append("closed")

    monkeypatch.setattr(servers_module, "ToolServers", Servers)
    end_while_they_start(assemble(), lambda: bool(said))
    assert said == ["starting", "closed"]


def test_servers_are_started_again_after_they_were_ended(
    assemble: Callable[..., Assembly], program: Path
) -> None:
    server = ToolServer(command=sys.executable, args=[str(program), "0"])
    assembly = assemble(mcp={"harbour": server})
    assembly.end_tool_servers()
    assert assembly.tool_servers.get().tools
    assembly.end_tool_servers()


def test_a_server_at_an_address(program: Path) -> None:
    port = free_port()
    running = subprocess.Popen(
        [sys.executable, str(program), str(port)], stderr=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        assert running.stderr is not None
        assert any("running on" in line for line in running.stderr)
        servers = ToolServers({"harbour": ToolServer(url=f"http://127.0.0.1:{port}/mcp")})
        assert process_of(str(servers.tools[0].invoke({"hour": 1}))) == running.pid
        servers.close()
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize(
    "server",
    [
        ToolServer(command="no-such-program"),
        ToolServer(command=sys.executable, args=["-c", "raise SystemExit(1)"]),
        ToolServer(url="http://127.0.0.1:9/mcp"),
    ],
    ids=["missing", "ends at once", "nobody there"],
)
def test_a_server_that_cannot_be_used_is_one_sentence(server: ToolServer) -> None:
    with pytest.raises(
        HomespunError, match=r"harbour cannot be used \(.+\): correct \[mcp.harbour\] in the"
    ) as caught:
        ToolServers({"harbour": server})
    assert "TaskGroup" not in str(caught.value)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(HomespunError, match=r"homespun\[mcp\]"):
        ToolServers({"harbour": ToolServer(command="harbour")})


def test_the_settings_name_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[mcp.harbour]\ncommand = "harbour"\nenv = {TOKEN = "hunter2"}\n', encoding="utf-8")
    loaded = load(file)
    assert loaded.settings.mcp == {"harbour": ToolServer(command="harbour", env={"TOKEN": "hunter2"})}
    [row] = [row for row in rows(loaded) if row.name == "mcp"]
    assert (row.value, row.origin) == ("harbour", str(file))
    monkeypatch.setenv("HOMESPUN_MCP", '{"tower": {"url": "http://127.0.0.1:8000/mcp"}}')
    assert list(load(file).settings.mcp) == ["tower"]


@pytest.mark.parametrize(
    "content",
    ["[mcp.harbour]", '[mcp.harbour]\ncommand = "a"\nurl = "b"', '[mcp."a b"]\ncommand = "a"', "mcp = 3"],
)
def test_mistakes_in_the_settings_are_one_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match="The setting mcp"):
        load(file)


def test_the_assistant_gets_them(assemble: Callable[..., Assembly], program: Path) -> None:
    plain = [tool.name for tool in assemble().tools()]
    server = ToolServer(command=sys.executable, args=[str(program), "0"])
    assembly = assemble(mcp={"harbour": server})
    assert [tool.name for tool in assembly.tools()] == [*plain, "harbour_tide", "harbour_book"]
    process = process_of(str(assembly.tools()[-2].invoke({"hour": 1})))
    assembly.use_settings(assembly.settings.model_copy(update={"mcp": {}}))
    assert [tool.name for tool in assembly.tools()] == plain
    assert has_ended(process)
