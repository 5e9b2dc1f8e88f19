"""The server with the official client of OpenAI, over a real socket on this machine."""

from __future__ import annotations

import asyncio
import errno
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import uvicorn
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from agent.assembly import Assembly
from agent.configuration.paths import locate
from agent.configuration.settings import ServeSettings, Settings
from agent.errors import StorageError
from agent.serve import callers
from agent.serve.app import build_app
from llm.errors import ConstraintError, RequestError, WeightsError
from rag.errors import FolderError
from tests.agent.conftest import FixedEmbedder
from tests.agent.fakes import LIGHTHOUSE, SMALL_TALK, MemoryIndex, RuleModel, open_memory_index

Assemble = Callable[..., Assembly]
TOOLS: list[object] = [
    {
        "type": "function",
        "function": {
            "name": "remember",
            "parameters": {"type": "object", "properties": {"fact": {"type": "string"}}},
        },
    }
]
HELLO = [{"role": "system", "content": "Talk.", "name": "chat"}, {"role": "user", "content": "hello"}]
REMEMBER = [
    {"role": "system", "content": "Use tools.", "name": "tool"},
    {"role": "user", "content": "remember that it rains"},
]


@contextmanager
def serving(assembly: Assembly, log_level: str = "error", **settings: object) -> Iterator[str]:
    app = build_app(assembly, ServeSettings.model_validate(settings))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level=log_level))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def client(address: str, key: str = "none") -> Any:
    return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0)


@pytest.fixture
def address(assemble: Assemble) -> Iterator[str]:
    with serving(assemble()) as place:
        yield place


def test_models_are_listed(address: str) -> None:
    api = client(address)
    assert [model.id for model in api.models.list()] == ["homespun"]
    assert api.models.retrieve("homespun").owned_by == "homespun"
    with pytest.raises(openai.NotFoundError):
        api.models.retrieve("gpt")


def test_a_reply(address: str) -> None:
    reply = client(address).chat.completions.create(model="homespun", messages=HELLO)
    assert reply.choices[0].message.content == SMALL_TALK
    assert reply.choices[0].finish_reason == "stop"
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (50, 10)


def test_a_streamed_reply_says_everything_once(address: str) -> None:
    stream = client(address).chat.completions.create(
        model="homespun", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    said = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(said) == SMALL_TALK
    assert len(said) > 100
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.total_tokens == 60


@pytest.mark.parametrize("stream", [False, True])
def test_the_tokens_of_a_reply_come_with_their_probabilities(address: str, stream: bool) -> None:
    asked = {"model": "homespun", "messages": HELLO, "logprobs": True, "top_logprobs": 2}
    completions = client(address).chat.completions
    if stream:
        with completions.stream(**asked) as events:
            choice = events.get_final_completion().choices[0]
    else:
        choice = completions.create(**asked).choices[0]
    assert "".join(score.token for score in choice.logprobs.content) == SMALL_TALK
    assert {len(score.top_logprobs) for score in choice.logprobs.content} == {2}
    assert completions.create(model="homespun", messages=HELLO).choices[0].logprobs is None


def test_a_call_may_stand_in_a_message_without_content(address: str) -> None:
    completions = client(address).chat.completions
    called = completions.create(model="homespun", messages=REMEMBER, tools=TOOLS).choices[0].message
    said = called.model_dump(exclude_none=True)
    assert "content" not in said
    result = {"role": "tool", "tool_call_id": called.tool_calls[0].id, "content": "remembered"}
    assert completions.create(model="homespun", messages=[*REMEMBER, said, result], tools=TOOLS).choices


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called(address: str, stream: bool) -> None:
    api = client(address)
    if stream:
        with api.chat.completions.stream(model="homespun", messages=REMEMBER, tools=TOOLS) as events:
            reply = events.get_final_completion()
    else:
        reply = api.chat.completions.create(model="homespun", messages=REMEMBER, tools=TOOLS)
    assert reply.choices[0].finish_reason == "tool_calls"
    [call] = reply.choices[0].message.tool_calls or []
    assert json.loads(call.function.arguments) == {"fact": "it rains"}
    again = [
        *REMEMBER,
        {"role": "assistant", "content": None, "tool_calls": [call.model_dump()]},
        {"role": "tool", "tool_call_id": call.id, "content": "done"},
    ]
    final = api.chat.completions.create(model="homespun", messages=again, tools=TOOLS)
    assert final.choices[0].message.content == "It is remembered."


def test_a_question_about_the_documents(address: str) -> None:
    body = {"question": "When was it built?", "history": [["How tall is the lighthouse?", "38"]]}
    answer = httpx.post(f"{address}/v1/documents/ask", json=body, timeout=30).json()
    [citation] = answer["citations"]
    assert answer["answer"] == "1871"
    assert LIGHTHOUSE[citation["start"] : citation["end"]] == citation["quote"]
    nothing = httpx.post(f"{address}/v1/documents/ask", json={"question": "Who painted Guernica?"}).json()
    assert (nothing["answer"], nothing["abstained"]) == (None, True)
    assert httpx.get(f"{address}/health").json() == {"ready": True, "loading": None}


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("chat/completions", {}, 400, "messages"),
        ("chat/completions", {"messages": []}, 400, "messages"),
        ("chat/completions", {"messages": [{"role": "king", "content": "x"}]}, 400, "king"),
        ("chat/completions", {"messages": HELLO, "model": "gpt"}, 404, "There is no model 'gpt'"),
        ("chat/completions", {"messages": HELLO, "temperature": -1}, 400, "temperature"),
        ("chat/completions", {"messages": HELLO, "n": 3}, 400, "n"),
        ("documents/ask", {"question": ""}, 400, "empty"),
        ("documents/ask", {"question": "word " * 500}, 400, "200 is the limit"),
        ("documents/ask", {"question": "x", "folder": "/"}, 400, "folder"),
        ("documents/ask", {"question": "How \ud800?"}, 400, "binary data"),
        ("documents/ask", {"question": "x", "history": [["\ud800", None]]}, 400, "half a character"),
        ("nothing", {}, 404, "Not Found"),
    ],
)
def test_mistakes_are_explained(address: str, path: str, body: object, status: int, said: str) -> None:
    response = httpx.post(
        f"{address}/v1/{path}", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == status
    assert said in response.json()["error"]["message"]


def test_what_is_no_json_is_refused(address: str) -> None:
    response = httpx.post(
        f"{address}/v1/chat/completions", content=b"\xff{", headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 400
    assert "error" in response.json()


def test_a_large_body_is_refused(assemble: Assemble) -> None:
    with serving(assemble(), body_bytes=2_000) as address:
        response = httpx.post(f"{address}/v1/documents/ask", json={"question": "x" * 5_000})
        assert response.status_code == 413
        chunked = httpx.post(f"{address}/v1/documents/ask", content=iter([b"x" * 1_500] * 4))
        assert chunked.status_code == 413


def test_the_token_is_asked_for(assemble: Assemble) -> None:
    with serving(assemble(), token="sesame") as address:  # noqa: S106 - it guards nothing
        with pytest.raises(openai.AuthenticationError):
            client(address, "wrong").models.list()
        assert list(client(address, "sesame").models.list())
        assert httpx.get(f"{address}/v1/models").status_code == 401
        assert httpx.get(f"{address}/health").status_code == 200


def test_a_full_queue_is_an_honest_429(assemble: Assemble) -> None:
    go_on = threading.Event()
    with serving(assemble(RuleModel(held=go_on)), concurrency=1, queue=1) as address:
        replies: list[str] = []

        def ask() -> None:
            try:
                stream = client(address).chat.completions.create(
                    model="homespun", messages=HELLO, stream=True
                )
                assert list(stream)
                replies.append("answered")
            except openai.RateLimitError as error:
                replies.append(f"refused, again in {error.response.headers['retry-after']} s")

        callers = [threading.Thread(target=ask) for _ in range(4)]
        for caller in callers:
            caller.start()
        deadline = time.monotonic() + 120
        while len(replies) < 2:  # those who are refused hear it at once
            assert time.monotonic() < deadline
            time.sleep(0.02)
        go_on.set()
        for caller in callers:
            caller.join()
        assert sorted(replies) == ["answered"] * 2 + ["refused, again in 5 s"] * 2


def test_a_caller_who_goes_frees_the_place(assemble: Assemble) -> None:
    with serving(assemble(RuleModel(delay=0.02)), concurrency=1, queue=0) as address:
        url = f"{address}/v1/chat/completions"
        with httpx.stream("POST", url, json={"messages": HELLO, "stream": True}, timeout=60) as held:
            next(held.iter_lines())
        deadline = time.monotonic() + 120
        short = {"messages": REMEMBER}
        while (status := httpx.post(url, json=short, timeout=60).status_code) == 429:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert status == 200


class Held(threading.Event):
    """Tells when it is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.begun.set()
        return super().wait(timeout)


def is_refused(url: str, body: dict[str, object]) -> bool:
    """Whether the queue is full; who is let into it waits in vain."""
    try:
        return httpx.post(url, json=body, timeout=0.5).status_code == 429
    except httpx.ReadTimeout:
        return False


@pytest.mark.parametrize(
    ("path", "body"),
    [("chat/completions", {"messages": HELLO}), ("documents/ask", {"question": "How tall is it?"})],
)
def test_a_caller_who_goes_while_it_waits_leaves_the_queue(
    assemble: Assemble, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, object]
) -> None:
    monkeypatch.setattr(callers, "_LOOK_SECONDS", 0.01)
    go_on = Held()
    with serving(assemble(RuleModel(held=go_on)), concurrency=1, queue=1) as address:
        streamed = {"messages": HELLO, "stream": True}
        url = f"{address}/v1/chat/completions"
        holding = threading.Thread(target=lambda: httpx.post(url, json=streamed, timeout=60))
        holding.start()
        try:
            assert go_on.begun.wait(60)
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(f"{address}/v1/{path}", json=body, timeout=0.2)
            deadline = time.monotonic() + 20
            while is_refused(url, streamed):
                assert time.monotonic() < deadline
        finally:
            go_on.set()
            holding.join()


class PatientModel(RuleModel):
    """Never ends its small talk, unless it is cancelled."""

    async def _agenerate(self, messages: list[BaseMessage], *rest: Any, **more: Any) -> ChatResult:
        if messages[0].name == "chat":
            await asyncio.Event().wait()
        return await super()._agenerate(messages, *rest, **more)


def test_a_caller_who_goes_before_a_whole_reply_frees_the_place(assemble: Assemble) -> None:
    with serving(assemble(PatientModel()), concurrency=1, queue=0) as address:
        url = f"{address}/v1/chat/completions"
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url, json={"messages": HELLO}, timeout=0.5)
        deadline = time.monotonic() + 20
        while (status := httpx.post(url, json={"messages": REMEMBER}, timeout=60).status_code) == 429:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert status == 200


class FailingModel(RuleModel):
    """Fails at every conversation."""

    error: Exception

    def _stream(self, *_: Any, **more: Any) -> Iterator[ChatGenerationChunk]:
        raise self.error

    def _generate(self, *_: Any, **more: Any) -> ChatResult:
        raise self.error


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (RequestError("There is no word for it."), 400, "There is no word for it."),
        (ConstraintError("There is no word for it."), 400, "There is no word for it."),
        (ValueError("mean of an empty slice"), 500, "The server made a mistake (ValueError)."),
    ],
)
def test_what_the_model_refuses_is_told_to_who_asked_for_it_but_no_mistake_is(
    assemble: Assemble, error: Exception, status: int, said: str, stream: bool
) -> None:
    with serving(assemble(FailingModel(error=error)), "critical") as address:
        response = httpx.post(f"{address}/v1/chat/completions", json={"messages": HELLO, "stream": stream})
    assert (response.status_code, response.json()["error"]["message"]) == (status, said)


def test_what_the_model_refuses_of_the_graphs_is_a_mistake_of_the_program(assemble: Assemble) -> None:
    with serving(assemble(RuleModel(failure="broken wire")), "critical") as address:
        response = httpx.post(f"{address}/v1/documents/ask", json={"question": "How tall is it?"})
    assert response.status_code == 500
    assert "broken wire" not in response.text


@pytest.mark.parametrize("error", [FolderError("Gone."), WeightsError("Gone."), StorageError("Gone.")])
def test_what_has_to_be_mended_at_the_server_is_a_503(
    assemble: Assemble, capfd: pytest.CaptureFixture[str], error: Exception
) -> None:
    def fail(_: Path) -> MemoryIndex:
        raise error

    assembly = Assembly(assemble().settings, locate(), open_model=lambda _: RuleModel(), open_index=fail)
    with serving(assembly) as address:
        response = httpx.post(f"{address}/v1/documents/ask", json={"question": "How tall is it?"})
    assert (response.status_code, response.json()["error"]["message"]) == (503, "Gone.")
    assert capfd.readouterr().err.rstrip().endswith("Gone.")


def test_a_full_disk_is_a_503(assemble: Assemble) -> None:
    def fail(_: Settings) -> RuleModel:
        raise OSError(errno.ENOSPC, "No space left on device")

    assembly = Assembly(assemble().settings, locate(), open_model=fail, open_index=open_memory_index)
    with serving(assembly, "critical") as address:
        response = httpx.post(f"{address}/v1/chat/completions", json={"messages": HELLO})
    assert response.status_code == 503
    assert "free some space" in response.json()["error"]["message"]


def test_mistakes_of_callers_are_not_logged(assemble: Assemble, capfd: pytest.CaptureFixture[str]) -> None:
    def fail(_: Settings) -> RuleModel:
        raise ZeroDivisionError

    with serving(assemble(), "warning") as address:
        assert httpx.post(f"{address}/v1/documents/ask", json={"question": ""}).status_code == 400
    assert capfd.readouterr().err == ""
    faulty = Assembly(assemble().settings, locate(), open_model=fail, open_index=open_memory_index)
    with serving(faulty, "warning") as address:
        assert httpx.post(f"{address}/v1/chat/completions", json={"messages": HELLO}).status_code == 500
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_no_page_calls_the_internet(address: str) -> None:
    for path in ("docs", "redoc"):
        assert httpx.get(f"{address}/{path}").status_code == 404
    assert "/v1/documents/ask" in httpx.get(f"{address}/openapi.json").json()["paths"]


def test_a_token_may_hold_any_characters(assemble: Assemble) -> None:
    with serving(assemble(), token="schl\u00fcssel \u597d") as address:  # noqa: S106 - it guards nothing
        for sent, status in (("schl\u00fcssel \u597d", 200), ("schlussel", 401)):
            headers = {"Authorization": f"Bearer {sent}".encode()}
            assert httpx.get(f"{address}/v1/models", headers=headers).status_code == status


def test_a_graph_with_another_model(assemble: Assemble) -> None:
    """Any OpenAI-compatible server can answer; here it is our own."""
    assembly = assemble()
    with serving(assembly) as address:
        settings = Settings(model="openai:homespun", base_url=f"{address}/v1", docs=assembly.folders)
        other = Assembly(
            settings, locate(), open_index=open_memory_index, open_embedder=lambda _: FixedEmbedder()
        )
        answer = other.answerer.get().ask("How tall is the lighthouse?")
    [citation] = answer.citations
    assert (answer.text, citation.quote) == ("38", "It is 38 metres tall.")
    # It is routed, two passages are graded, then it quotes, answers and checks.
    assert answer.usage.input_tokens == 50 * 6
