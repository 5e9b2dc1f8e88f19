from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from llm.benchmark import compare, quoting_prompt, table
from llm.evaluation.language import bits_per_byte
from llm.model.gpt import GPT
from llm.tokenization.tokenizer import Tokenizer
from tests.llm.conftest import SENTENCES


@pytest.fixture
def short_sighted(weights: Path, tmp_path: Path) -> Path:
    """Weights of a model that reads 64 tokens."""
    folder = shutil.copytree(weights, tmp_path / "short")
    settings = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(settings | {"max_position_embeddings": 64}))
    return folder


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
    with pytest.raises(ValueError, match="384 are needed"):
        compare(weights, "short")


def test_a_model_of_a_short_context_is_measured_on_what_it_reads(short_sighted: Path) -> None:
    speeds = compare(short_sighted, " ".join(SENTENCES), threads=1, repetitions=1)
    assert all(speed.prefill > 0 and speed.decode > 0 and speed.quote > 0 for speed in speeds)


def test_the_language_of_a_model_of_a_short_context_is_measured(short_sighted: Path) -> None:
    model, tokenizer = GPT.from_pretrained(short_sighted), Tokenizer.load(short_sighted)
    text = " ".join(SENTENCES)
    assert bits_per_byte(model, tokenizer, [text]) == bits_per_byte(model, tokenizer, [text], context=64)


def test_a_quoting_prompt_begins_again() -> None:
    prompt = quoting_prompt(range(100), 50, begun=10)
    assert prompt == [*range(40), *range(10)]
