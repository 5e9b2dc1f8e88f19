"""`langgraph dev` serves all four graphs: the real server in a process of its own, called over loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_sync_client

from graphs import AssistantOutput, DocumentQAOutput, ReasonerOutput, ToolAgentOutput
from tests.agent.fakes import LIGHTHOUSE
from tests.llm.conftest import write_tiny_model
from tests.ports import free_port

pytest.importorskip("langgraph_api", reason='the LangGraph server comes with "homespun[langgraph]"')

CONFIGURATION = Path(__file__).resolve().parents[2] / "langgraph.json"
OUTPUTS = {
    "document_qa": DocumentQAOutput,
    "tool_agent": ToolAgentOutput,
    "reasoner": ReasonerOutput,
    "assistant": AssistantOutput,
}
QUESTION = {"question": "How tall is the lighthouse at Marrow Point?"}


def weights_with_room(folder: Path) -> Path:
    """Write weights that know nothing, with a context that holds the prompts of every graph."""
    folder.mkdir()
    write_tiny_model(folder)
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"max_position_embeddings": 4096}))
    return folder


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    while server.poll() is None:
        try:
            httpx.get(f"{url}/ok").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise AssertionError(f"the server ended:\n{log.read_text()}")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    place = tmp_path_factory.mktemp("server")
    (place / "docs").mkdir()
    (place / "docs" / "island.md").write_text(LIGHTHOUSE, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOMESPUN_")} | {
        "HOMESPUN_HOME": str(place / "home"),
        "HOMESPUN_DOCS": str(place / "docs"),
        "HOMESPUN_MODEL": str(weights_with_room(place / "weights")),
        "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    }
    port, log = free_port(), place / "log"
    program = [sys.executable, "-m", "langgraph_cli", "dev", "--no-browser", "--no-reload"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*program, "--config", str(CONFIGURATION), "--port", str(port)],
            cwd=place,  # where the server keeps its threads
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}", server, log)
        yield get_sync_client(url=f"http://127.0.0.1:{port}")
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_it_serves_what_the_configuration_names(client: Any) -> None:
    served = {assistant["graph_id"] for assistant in client.assistants.search()}
    assert served == set(OUTPUTS) == set(json.loads(CONFIGURATION.read_text())["graphs"])


@pytest.mark.parametrize("graph", OUTPUTS)
def test_each_graph_answers(client: Any, graph: str) -> None:
    result = client.runs.wait(None, graph, input=QUESTION)
    assert set(OUTPUTS[graph].__annotations__) | {"question", "messages", "citations"} <= set(result)
    assert result["question"] == QUESTION["question"]
    assert [message["type"] for message in result["messages"]][:1] == ["human"]
    assert all(citation["quote"] in LIGHTHOUSE for citation in result["citations"])


def test_progress_is_streamed(client: Any) -> None:
    parts = list(client.runs.stream(None, "document_qa", input=QUESTION, stream_mode=["custom", "updates"]))
    events = [part.data["node"] for part in parts if part.event == "custom"]
    nodes = [name for part in parts if part.event == "updates" for name in part.data]
    assert events[:2] == ["retrieve", "grade"]
    assert nodes[:3] == ["contextualise", "retrieve", "grade"]
    assert nodes[-1] in ("finish", "abstain")


def test_a_thread_is_kept(client: Any) -> None:
    thread = client.threads.create()["thread_id"]
    for _ in range(2):
        client.runs.wait(thread, "document_qa", input=QUESTION)
    messages = client.threads.get_state(thread)["values"]["messages"]
    assert [message["type"] for message in messages] == ["human", "ai"] * 2
