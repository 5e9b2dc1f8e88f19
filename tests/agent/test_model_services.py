"""Model services that fail are one sentence: the errors are those of the installed client."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import httpx
import openai
import pytest
from langchain_openai import ChatOpenAI

from agent import cli
from agent.assembly import Assembly
from agent.errors import explain
from agent.parts import models
from tests.agent.fakes import RuleModel
from tests.agent.test_serve import HELLO, FailingModel, serving

Assemble = Callable[..., Assembly]
NOBODY = "http://127.0.0.1:9"


def failure(address: str, model: str = "homespun", **more: Any) -> Exception:
    """Return what asking a model service raises."""
    client = ChatOpenAI(model=model, base_url=f"{address}/v1", **({"api_key": "k", "max_retries": 0} | more))
    with pytest.raises(openai.OpenAIError) as raised:
        client.invoke("Hello!")
    return raised.value


def test_a_server_that_is_down() -> None:
    assert explain(failure(NOBODY)) == (
        "The model's server at http://127.0.0.1:9 cannot be reached: start it, or check the setting "
        "base_url and the network."
    )


def test_a_server_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        sentence = explain(failure(address, timeout=0.05))
    assert sentence == (
        f"The model's server at {address} did not answer in time: try again in a moment, or choose another "
        "model."
    )


def test_a_key_that_is_refused(assemble: Assemble) -> None:
    with serving(assemble(), token="sesame") as address:  # noqa: S106 - it guards nothing
        sentence = explain(failure(address, api_key="secret"))
    assert sentence == (
        f"The model's server at {address} refuses the key (401): put the right one into the environment."
    )


def test_a_model_that_is_unknown(assemble: Assemble) -> None:
    with serving(assemble()) as address:
        sentence = explain(failure(address, "gpt"))
    assert sentence == (
        f"The model's server at {address} has no such model (There is no model 'gpt' here: ask for "
        "'homespun'): check the settings model and base_url."
    )


def test_a_server_that_fails(assemble: Assemble) -> None:
    with serving(assemble(FailingModel(error=ZeroDivisionError())), "critical") as address:
        sentence = explain(failure(address))
    assert sentence == (
        f"The model's server at {address} is busy or fails (500, The server made a mistake "
        "(ZeroDivisionError)): try again in a moment."
    )


def test_a_key_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(openai.OpenAIError) as raised:
        ChatOpenAI(model="gpt")
    assert "put its key into the environment" in (explain(raised.value) or "")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionError("Failed to connect to Ollama."), "cannot be reached"),
        (httpx.ReadError("The reply broke off."), "cannot be reached"),
        (httpx.ReadTimeout("The reply did not come."), "did not answer in time"),
    ],
)
def test_other_clients(error: Exception, said: str) -> None:
    assert said in (explain(error) or "")


@pytest.mark.parametrize("error", [BrokenPipeError(), TimeoutError(), ValueError("oops")])
def test_what_is_no_failure_of_a_service(error: Exception) -> None:
    assert explain(error) is None


def test_the_command_line_leaves_with_2(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> RuleModel:
        raise failure(NOBODY)

    monkeypatch.setattr(models, "open_model", fail)
    assert cli.run(["ask", "How tall is it?"]) == 2
    said = capfd.readouterr().err
    assert said.startswith("Error: The model's server at http://127.0.0.1:9 cannot be reached")
    assert said.count("\n") == 1


@pytest.mark.parametrize("stream", [False, True])
def test_over_http_it_is_a_503(assemble: Assemble, stream: bool) -> None:
    with serving(assemble(FailingModel(error=failure(NOBODY))), "critical") as address:
        response = httpx.post(f"{address}/v1/chat/completions", json={"messages": HELLO, "stream": stream})
    assert response.status_code == 503
    assert "cannot be reached" in response.json()["error"]["message"]
