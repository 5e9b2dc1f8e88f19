from __future__ import annotations

from pathlib import Path

import pytest
import torch

from llm.inspection import find_copies, inspect_answer
from llm.model.gpt import GPT
from llm.tokenization.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def model(weights: Path) -> GPT:
    return GPT.from_pretrained(weights)


@torch.inference_mode()
def test_every_token_is_reported(model: GPT, tokenizer: Tokenizer) -> None:
    prompt, answer = (
        tokenizer.encode("The capital of Norway is Oslo, a city."),
        tokenizer.encode(" is Oslo, x"),
    )
    inspection = inspect_answer(model, tokenizer, prompt, answer)
    assert "".join(token.text for token in inspection.tokens) == " is Oslo, x"
    logprobs = model(torch.tensor([prompt + answer]))[0].log_softmax(-1)
    for place, token in enumerate(inspection.tokens):
        expected = logprobs[len(prompt) + place - 1]
        assert token.probability == pytest.approx(float(expected[answer[place]].exp()), rel=1e-3)
        assert token.entropy >= 0
        assert token.sources == sorted(token.sources, key=lambda source: -source.weight)
        assert all(source.place < len(prompt) + place for source in token.sources)
    assert inspection.tokens[-1].copied_from is None
    assert 0.5 < inspection.copied_share < 1
    copied = [
        inspection.prompt[token.copied_from] for token in inspection.tokens if token.copied_from is not None
    ]
    assert "".join(copied).startswith(" is Oslo")


def test_attention_is_a_distribution_over_earlier_tokens(model: GPT, tokenizer: Tokenizer) -> None:
    attention = inspect_answer(model, tokenizer, [5, 6, 7, 8], [9, 10, 11]).attention
    assert attention.shape == (3, 7)
    assert torch.allclose(attention.sum(1), torch.ones(3), atol=1e-5)
    assert attention[0, 4:].sum() == 0


def test_the_watched_occurrence_is_taken() -> None:
    attention = torch.zeros(3, 9)
    attention[:, 4:7] = 0.3
    assert find_copies([1, 2, 3, 0, 1, 2, 3, 0, 0], [1, 2, 3], attention) == [4, 5, 6]
    assert find_copies([1, 2, 0], [9, 1, 2, 9], torch.zeros(4, 3)) == [None] * 4


def test_a_quotation_that_lost_its_first_space_is_copied(model: GPT, tokenizer: Tokenizer) -> None:
    prompt, answer = tokenizer.encode("Oslo, a city of"), tokenizer.encode("a city of")
    assert answer[0] not in prompt
    assert inspect_answer(model, tokenizer, prompt, answer).copied_share == 1


def test_hooks_are_removed(model: GPT, tokenizer: Tokenizer) -> None:
    inspect_answer(model, tokenizer, [5, 6], [7])
    assert not any(module._forward_hooks for module in model.modules())


def test_an_empty_answer_is_refused(model: GPT, tokenizer: Tokenizer) -> None:
    with pytest.raises(ValueError, match="no answer"):
        inspect_answer(model, tokenizer, [5], [])
