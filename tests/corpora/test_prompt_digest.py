"""The shipped weights and the prompts belong together, and no prompt can change unseen."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.messages import BaseMessage, HumanMessage

from corpora.prompt_digest import prompt_digest
from graphs import prompts
from llm.calibration import Calibration
from llm.weights_folder import WEIGHTS

PROMPTS = [
    name
    for name, function in inspect.getmembers(prompts, inspect.isfunction)
    if function.__module__ == prompts.__name__ and not name.startswith("_")
]


def longer(prompt: Callable[..., list[BaseMessage]]) -> Callable[..., list[BaseMessage]]:
    return lambda *given: [*prompt(*given), HumanMessage("more")]


@pytest.mark.parametrize("name", PROMPTS)
def test_a_changed_prompt_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prompt_digest()
    monkeypatch.setattr(prompts, name, longer(getattr(prompts, name)))
    assert prompt_digest() != before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EARLIER_RESULT", 100),
        ("YES_OR_NO", ("no", "yes")),
        ("ROUTES", ("documents", "chat")),
        ("_show", lambda passage: passage.text),
        ("_speaker", lambda message: "Somebody"),
    ],
)
def test_a_part_of_the_prompts_is_seen(name: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prompt_digest()
    monkeypatch.setattr(prompts, name, value)
    assert prompt_digest() != before


def test_instructions_are_for_other_models(monkeypatch: pytest.MonkeyPatch) -> None:
    before = prompt_digest()
    monkeypatch.setattr(prompts, "INSTRUCTIONS", dict.fromkeys(prompts.INSTRUCTIONS, "Do it."))
    assert prompt_digest() == before


def test_the_shipped_weights_were_trained_on_these_prompts() -> None:
    assert Calibration.load(WEIGHTS / "homespun").prompts == prompt_digest(), (
        "The prompts are no longer those that the shipped weights were trained on: train and calibrate again."
    )
