"""What decisions cost is counted for the answer that they are made for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from agent.conversations.meter import METER, Meter
from agent.parts.own_model import MeteredHomespun
from tests.llm.conftest import write_tiny_model


@pytest.fixture
def meter() -> Iterator[Meter]:
    meter = Meter()
    token = METER.set(meter)
    yield meter
    METER.reset(token)


def test_decisions_are_counted(tmp_path: Path, meter: Meter) -> None:
    model = MeteredHomespun(model=str(write_tiny_model(tmp_path)))
    conversations = [[HumanMessage("Is it so?")], [HumanMessage("Or is it otherwise?")]]
    prompts = sum(map(model.get_num_tokens_from_messages, conversations))
    model.choice_probabilities(conversations, ["yes", "documents of Oslo"])
    assert meter.usage.input_tokens > prompts  # what follows the first token of a choice is read, too
    assert meter.usage.output_tokens == 0

    read = meter.usage.input_tokens
    tools = [{"type": "function", "function": {"name": name, "description": "It."}} for name in ("a", "b")]
    model.call_probabilities(conversations[0], tools)
    shown = [model.get_num_tokens_from_messages(conversations[0], [tool]) for tool in tools]
    assert meter.usage.input_tokens == read + sum(shown)
