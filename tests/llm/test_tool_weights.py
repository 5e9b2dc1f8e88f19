"""Weights for tools, which a weights folder may hold beside the others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from llm import ChatHomespun
from llm.errors import WeightsError
from llm.weights_folder import TOOL_WEIGHTS, find_tool_weights, load_engine, unload
from tests.llm.conftest import write_tiny_model

ASKED = HumanMessage("What is the weather in Oslo?")
WEATHER = {
    "name": "weather",
    "description": "Tell the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@pytest.fixture(scope="module")
def pair(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pair") / "weights"
    shutil.copytree(weights, folder)
    write_tiny_model(folder / TOOL_WEIGHTS, seed=1)
    return folder.resolve()


@pytest.fixture
def chats(weights: Path, pair: Path) -> dict[str, ChatHomespun]:
    """Models of the folder without weights for tools, of these alone, and of the folder with both."""
    folders = {"plain": weights, "tools": pair / TOOL_WEIGHTS, "pair": pair}
    return {name: ChatHomespun(model=str(folder), max_tokens=32) for name, folder in folders.items()}


def test_both_weights_are_loaded_once(pair: Path, chats: dict[str, ChatHomespun]) -> None:
    chat = chats["pair"]
    assert chat.engine is load_engine(pair)
    assert chat.tool_engine is load_engine(pair / TOOL_WEIGHTS)
    assert chat.tool_engine is not chat.engine
    assert chats["plain"].tool_engine is chats["plain"].engine
    assert find_tool_weights(pair / TOOL_WEIGHTS) == pair / TOOL_WEIGHTS


def test_without_tools_the_general_weights_reply(chats: dict[str, ChatHomespun]) -> None:
    replies = {name: chat.invoke([ASKED]).text for name, chat in chats.items()}
    assert replies["pair"] == replies["plain"] != replies["tools"]


def test_with_tools_in_view_the_weights_for_them_reply(chats: dict[str, ChatHomespun]) -> None:
    calls = {
        name: chat.bind_tools([WEATHER], tool_choice="any").invoke([ASKED]).tool_calls[0]["args"]
        for name, chat in chats.items()
    }
    assert calls["pair"] == calls["tools"] != calls["plain"]


def test_the_task_of_tools_is_theirs_in_words_too(chats: dict[str, ChatHomespun]) -> None:
    said = [SystemMessage("", name="tool"), ASKED]
    replies = {name: chat.invoke(said).text for name, chat in chats.items()}
    assert replies["pair"] == replies["tools"] != replies["plain"]


def test_they_say_how_likely_a_tool_is_called(chats: dict[str, ChatHomespun]) -> None:
    likely = {name: chat.call_probabilities([ASKED], [WEATHER]) for name, chat in chats.items()}
    assert likely["pair"] == likely["tools"] != likely["plain"]


def test_both_are_forgotten_together(pair: Path, chats: dict[str, ChatHomespun]) -> None:
    engines = chats["pair"].engine, chats["pair"].tool_engine
    unload(pair)
    assert chats["pair"].engine is not engines[0]
    assert chats["pair"].tool_engine is not engines[1]


def test_damaged_weights_for_tools_are_named(pair: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(pair, folder)
    for shard in (folder / TOOL_WEIGHTS).glob("*.safetensors"):
        shard.unlink()
    with pytest.raises(WeightsError, match=TOOL_WEIGHTS):
        _ = ChatHomespun(model=str(folder)).tool_engine
