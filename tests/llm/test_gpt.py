"""Our model and transformers' Qwen3 are the same function."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from llm.inference.fast_gpt import FastGPT
from llm.inference.projection import QuantisedProjection
from llm.model.config import ModelConfig
from llm.model.gpt import GPT
from llm.model.kv_cache import KeyValueCache
from llm.tokenization.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def model(weights: Path) -> GPT:
    return GPT.from_pretrained(weights)


@pytest.fixture(scope="module")
def tokens(model: GPT) -> torch.Tensor:
    return torch.randint(model.config.vocab_size, (2, 90), generator=torch.Generator().manual_seed(1))


@torch.inference_mode()
def test_logits_agree_with_transformers(weights: Path, model: GPT, tokens: torch.Tensor) -> None:
    from transformers import AutoModelForCausalLM

    theirs = AutoModelForCausalLM.from_pretrained(weights, dtype=torch.float32)
    assert type(theirs).__name__ == "Qwen3ForCausalLM"
    assert (theirs(tokens).logits - model(tokens)).abs().max() < 1e-4


@torch.inference_mode()
def test_the_fast_model_agrees_with_the_model(model: GPT, tokens: torch.Tensor) -> None:
    fast = FastGPT(model)
    assert (fast.logits(fast.states(tokens)) - model(tokens)).abs().max() < 1e-4


@torch.inference_mode()
def test_integers_lose_little(model: GPT, tokens: torch.Tensor) -> None:
    exact, fast = model(tokens), FastGPT(model, quantised=True)
    quantised = fast.logits(fast.states(tokens))
    assert torch.corrcoef(torch.stack([exact.flatten(), quantised.flatten()]))[0, 1] > 0.99
    assert not torch.equal(exact, quantised)


@torch.inference_mode()
def test_integers_do_not_depend_on_what_is_read_beside_them(model: GPT) -> None:
    product = QuantisedProjection(model.model.embed_tokens.weight)
    rows = torch.randn(7, model.config.hidden_size) * torch.tensor([1.0, 1e3, 1e-3, 1, 1, 0, 1]).unsqueeze(1)
    together = product(rows)
    for row in range(7):
        assert torch.equal(product(rows[row : row + 1])[0], together[row])


@torch.inference_mode()
def test_only_the_last_states_are_computed_when_asked(model: GPT, tokens: torch.Tensor) -> None:
    fast, cache = FastGPT(model), KeyValueCache(model.config, batch=2)
    whole = fast.states(tokens)
    for last in (1, 7):
        assert (fast.states(tokens, last=last) - whole[:, -last:]).abs().max() < 1e-4
    fast.states(tokens[:, :50], cache=cache, last=1)
    assert (fast.states(tokens[:, 50:], cache=cache, last=5) - whole[:, -5:]).abs().max() < 1e-4


@torch.inference_mode()
@pytest.mark.parametrize("pieces", [[1] * 90, [30, 1, 1, 58], [40, 20, 30], [89, 1]])
def test_reading_in_pieces_is_reading_at_once(model: GPT, tokens: torch.Tensor, pieces: list[int]) -> None:
    fast, cache = FastGPT(model), KeyValueCache(model.config, batch=2)
    states = torch.cat([fast.states(piece, cache=cache) for piece in tokens.split(pieces, dim=1)], dim=1)
    assert cache.length == 90
    assert (fast.logits(states) - model(tokens)).abs().max() < 1e-4


@torch.inference_mode()
def test_a_truncated_cache_forgets(model: GPT, tokens: torch.Tensor) -> None:
    fast, cache = FastGPT(model), KeyValueCache(model.config, batch=2)
    fast.states(tokens, cache=cache)
    cache.truncate(50)
    again = fast.states(tokens[:, 50:], cache=cache)
    assert (again - fast.states(tokens)[:, 50:]).abs().max() < 1e-4


def test_a_later_token_changes_no_earlier_score(model: GPT, tokens: torch.Tensor) -> None:
    changed = tokens.clone()
    changed[:, 60] = (changed[:, 60] + 1) % model.config.vocab_size
    difference = (model(changed) - model(tokens)).abs().amax(dim=(0, 2))
    assert difference[:60].max() < 1e-5
    assert difference[60:].min() > 1e-5


def test_parameters_are_counted(model: GPT) -> None:
    assert model.config.parameters == sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("wrong", [{"num_attention_heads": 3}, {"head_dim": 15}])
def test_shapes_that_do_not_fit_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ModelConfig(vocab_size=512, **wrong)


def test_the_pipeline_of_transformers_runs(weights: Path, tokenizer: Tokenizer) -> None:
    from transformers import pipeline

    generate = pipeline("text-generation", model=str(weights), device="cpu")
    reply = generate([{"role": "user", "content": "Hello"}], max_new_tokens=5, do_sample=False)
    assert reply[0]["generated_text"][-1]["role"] == "assistant"
    assert reply[0]["generated_text"][-1]["content"]


@pytest.mark.parametrize("seed", range(3))
def test_with_integers_a_state_does_not_depend_on_how_it_was_reached(model: GPT, seed: int) -> None:
    fast = FastGPT(model, quantised=True)
    tokens = torch.randint(0, 400, (1, 120), generator=torch.Generator().manual_seed(seed))
    whole = fast.states(tokens)
    for pieces in ([1] * 120, [70, 50], [70, 1, 1, 9, 17, 22]):
        cache = fast.new_cache()
        parts = [fast.states(piece, cache=cache) for piece in tokens.split(pieces, dim=1)]
        assert torch.equal(torch.cat(parts, dim=1), whole)


@pytest.mark.parametrize("seed", range(3))
def test_blocks_of_a_prompt_are_read_alike_in_any_pieces(model: GPT, seed: int) -> None:
    fast = FastGPT(model, quantised=True)
    tokens = torch.randint(0, 400, (1, 150), generator=torch.Generator().manual_seed(seed))
    assert fast.steady_part(150) == 128
    whole = fast.states(tokens, cache=fast.new_cache(), steady=128)
    assert (whole - fast.states(tokens)).abs().max() < 0.5
    for pieces in ([32, 118], [64, 64, 22], [96, 32, 1, 21]):
        cache, left, parts = fast.new_cache(), 128, []
        for piece in tokens.split(pieces, dim=1):
            steady = min(left, piece.shape[1])
            parts.append(fast.states(piece, cache=cache, steady=steady))
            left -= steady
        assert torch.equal(torch.cat(parts, dim=1), whole)
    rows = torch.cat([tokens, tokens.flip(1)])
    assert torch.equal(fast.states(rows, steady=128)[:1], whole)
