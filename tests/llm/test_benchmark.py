from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from llm.benchmark import compare, quoting_prompt, table
from tests.llm.conftest import SENTENCES


def test_every_contender_is_measured(weights: Path) -> None:
    text = " ".join(SENTENCES)
    speeds = compare(weights, text, threads=1, prompt_tokens=40, new_tokens=4, repetitions=1)
    llama = {"llama.cpp, F16", "llama.cpp, Q8_0"} if find_spec("xllamacpp") and find_spec("gguf") else set()
    assert {speed.name for speed in speeds if speed.name.startswith("llama")} == llama
    assert len(speeds) == 5 + len(llama)
    assert all(speed.prefill > 0 and speed.decode > 0 and speed.quote > 0 for speed in speeds)
    rows = table(speeds)
    assert rows[1][0].startswith("transformers")
    assert rows[1][1].endswith("(1.0x)")


def test_a_short_text_is_refused(weights: Path) -> None:
    with pytest.raises(ValueError, match="512 are needed"):
        compare(weights, "short")


def test_a_quoting_prompt_begins_again() -> None:
    prompt = quoting_prompt(range(100), 50, begun=10)
    assert prompt == [*range(40), *range(10)]
