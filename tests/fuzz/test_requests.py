"""Whatever is sent to the server, it answers: a reply, or an error that clients of OpenAI understand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from agent.assembly import Assembly
from agent.configuration.paths import locate
from agent.configuration.settings import ServeSettings, Settings
from agent.serve.app import build_app
from llm.chat.chat_model import ChatHomespun
from tests.agent.conftest import FixedEmbedder
from tests.agent.fakes import LIGHTHOUSE, RuleModel, open_memory_index
from tests.fuzz.conftest import any_json, any_text, examples

COMPLETIONS = "/v1/chat/completions"
QUESTIONS = "/v1/documents/ask"
TOOL = {
    "type": "function",
    "function": {
        "name": "look",
        "parameters": {"type": "object", "properties": {"at": {"enum": ["a", "b"]}}, "required": ["at"]},
    },
}

tools = st.fixed_dictionaries(
    {"type": st.just("function")},
    optional={
        "function": st.fixed_dictionaries(
            {"name": st.just("look") | any_text},
            optional={
                "description": any_json,
                "parameters": st.fixed_dictionaries(
                    {},
                    optional={
                        "type": any_json,
                        "properties": st.dictionaries(
                            any_text, st.just({"type": "string"}) | any_json, max_size=2
                        )
                        | any_json,
                        "required": any_json,
                    },
                )
                | st.dictionaries(any_text, any_json, max_size=2),
            },
        )
    },
)
roles = st.sampled_from(["system", "user", "assistant", "tool", "developer", "function"])
blocks = st.fixed_dictionaries({"type": st.sampled_from(["text", "image_url"])}, optional={"text": any_json})
contents = st.one_of(any_text, st.lists(any_text | blocks, max_size=2), any_json)
calls = st.fixed_dictionaries(
    {},
    optional={
        "id": any_json,
        "type": st.just("function"),
        "function": st.fixed_dictionaries(
            {}, optional={"name": any_json, "arguments": any_text | st.just("{}") | any_json}
        ),
    },
)
messages = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "role": roles | any_json,
            "content": contents,
            "name": any_json,
            "tool_calls": st.lists(calls, max_size=2) | any_json,
            "tool_call_id": any_json,
        },
    ),
    st.builds(lambda text: {"role": "user", "content": text}, any_text),
)
schemas = st.sampled_from(
    [{"type": "object"}, {"type": "boolean"}, {"$ref": "#/$defs/x"}, {"enum": []}, {"type": "nothing"}]
)
formats = st.one_of(
    st.just({"type": "json_object"}),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["json_schema", "text", "x"])},
        optional={"json_schema": st.fixed_dictionaries({}, optional={"schema": schemas | any_json})},
    ),
    any_json,
)
fields = {
    "messages": st.lists(messages, max_size=3) | any_json,
    "model": st.just("homespun") | any_json,
    "stream": st.booleans() | any_json,
    "stream_options": st.just({"include_usage": True}) | any_json,
    "n": any_json,
    "tools": st.lists(st.just(TOOL) | tools | any_json, min_size=1, max_size=2) | any_json,
    "tool_choice": st.sampled_from(["auto", "none", "required", "look"]) | any_json,
    "parallel_tool_calls": any_json,
    "temperature": st.floats(0, 2) | any_json,
    "top_p": st.floats(0, 1) | any_json,
    "max_tokens": st.integers(-1, 9) | any_json,
    "max_completion_tokens": any_json,
    "stop": st.lists(any_text, max_size=5) | any_json,
    "seed": st.integers() | any_json,
    "response_format": formats,
    "logprobs": any_json,
}


def nearly_right(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a request of which a few fields hold anything."""
    asked = {"messages": [{"role": "user", "content": "Where?"}], "max_tokens": 4}
    changes = st.fixed_dictionaries({}, optional={name: fields[name] for name in names})
    return changes.map(lambda changed: asked | changed)


requests = st.one_of(
    any_json,
    st.fixed_dictionaries({"messages": st.lists(messages, min_size=1, max_size=3), "max_tokens": st.just(4)}),
    *(nearly_right([name, "stream"]) for name in fields),
    nearly_right(["tools", "tool_choice"]),
    nearly_right([*fields]),
)
questions = st.fixed_dictionaries(
    {"question": st.sampled_from(["How tall is it?", "hello", ""]) | any_json},
    optional={
        "history": st.lists(st.tuples(any_text, st.none() | any_text).map(list), max_size=2) | any_json,
        "more": any_json,
    },
)


@pytest.fixture(scope="module")
def client(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server whose replies come from a tiny model of our own."""
    yield from serve(tmp_path_factory.mktemp("serve"), ChatHomespun(model=str(weights), max_tokens=6))


@pytest.fixture(scope="module")
def question_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server whose answers come from a model of rules."""
    yield from serve(tmp_path_factory.mktemp("ask"), RuleModel())


def serve(folder: Path, model: Any) -> Iterator[TestClient]:
    (folder / "island.md").write_text(LIGHTHOUSE, encoding="utf-8")
    assembly = Assembly(
        Settings(docs=[folder]),
        locate(),
        open_model=lambda _: model,
        open_index=open_memory_index,
        open_embedder=lambda _: FixedEmbedder(),
    )
    with TestClient(build_app(assembly, ServeSettings()), raise_server_exceptions=False) as client:
        yield client


def send(client: TestClient, path: str, body: bytes) -> None:
    """Send a body and check that the answer keeps to the interface."""
    response = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 200 or 400 <= response.status_code < 500, response.text
    if response.headers["content-type"].startswith("text/event-stream"):
        events = [line.removeprefix("data: ") for line in response.text.split("\n\n") if line]
        assert events[-1] == "[DONE]" or "error" in json.loads(events[-1])
        assert all("server_error" not in event for event in events)
        return
    answer = response.json()
    if response.status_code != 200:
        assert answer["error"]["message"]
        assert answer["error"]["type"].endswith("_error")


def written(body: Any) -> bytes:
    return json.dumps(body).encode("utf-8")


@given(requests)
@example({"messages": [{"role": "user", "content": "\ud800"}]})
@example({"messages": [{"role": "\ud800", "content": "x"}]})
@example({"messages": [{"role": "user", "content": "x"}], "response_format": {"type": "json_schema"}})
@example({"messages": [{"role": "user", "content": "x"}], "seed": 10**30, "temperature": 1})
@example({"messages": [{"role": "user", "content": "x"}], "max_tokens": 10**30})
@example({"messages": [{"role": "user", "content": "x"}], "stop": [""]})
@example({"messages": [{"role": "assistant", "tool_calls": [{"function": {}}]}]})
@examples(120, 4000)
def test_a_conversation_may_be_anything(client: TestClient, body: Any) -> None:
    """Any JSON sent as a conversation gets a reply or a 4xx that says what is wrong."""
    send(client, COMPLETIONS, written(body))


@given(questions | any_json)
@example({"question": "\ud800"})
@example({"question": "\x00"})
@example({"question": "How tall is it?", "history": [["\ud800", None]]})
@examples(60, 2000)
def test_a_question_may_be_anything(question_client: TestClient, body: Any) -> None:
    """Any JSON sent as a question gets an answer or a 4xx that says what is wrong."""
    send(question_client, QUESTIONS, written(body))


@given(st.binary(max_size=60) | st.just(b"[" * 100_000), st.sampled_from([COMPLETIONS, QUESTIONS]))
@example(b'{"question": "a", "question": 1e999}', QUESTIONS)
@examples(40, 1000)
def test_a_body_may_be_any_bytes(question_client: TestClient, body: bytes, path: str) -> None:
    """Bytes that are no JSON, or JSON nested without end, are refused, not stumbled over."""
    send(question_client, path, body)
