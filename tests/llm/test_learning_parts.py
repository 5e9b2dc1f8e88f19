"""The parts of training: sequences, initial circuits, token vectors, Muon, the schedule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llm.errors import ConfigError
from llm.model.config import ModelConfig
from llm.model.gpt import GPT
from llm.training.config import Optimiser
from llm.training.cooccurrence import token_vectors
from llm.training.initialisation import initialise
from llm.training.loss import EXTRACTIVE_SHARE, token_losses
from llm.training.muon import Muon, orthogonalise
from llm.training.precision import is_bfloat16_faster, product_type
from llm.training.schedule import rate_at
from llm.training.sequences import SequenceSet, SequenceWriter


@pytest.fixture
def sequences(tmp_path: Path) -> SequenceSet:
    draw = np.random.default_rng(0)
    with SequenceWriter(tmp_path / "set") as writer:
        for number in range(200):
            length = int(draw.integers(3, 40))
            writer.write([number] * length, [index >= length // 2 for index in range(length)])
    return SequenceSet(tmp_path / "set")


def test_an_epoch_reads_every_sequence_once_within_the_budget(sequences: SequenceSet) -> None:
    plan = sequences.epoch(seed=1, epoch=0, tokens_per_batch=120, context=64)
    assert sorted(np.concatenate(plan)) == list(range(200))
    assert all(sequences.batch(numbers, 64, 0.0, 0).tokens <= 120 for numbers in plan)


def test_epochs_differ_but_repeat_with_their_seed(sequences: SequenceSet) -> None:
    first, again, other = (
        [tuple(batch) for batch in sequences.epoch(1, epoch, 120, 64)] for epoch in (0, 0, 1)
    )
    assert first == again
    assert first != other


def test_a_batch_counts_replies_a_share_of_the_prompts_and_no_padding(sequences: SequenceSet) -> None:
    plan = sequences.epoch(0, 0, 400, 64)
    numbers = next(batch for batch in plan if len(batch) > 1)
    batch = sequences.batch(numbers, 64, prompt_share=0.25, padding=999)
    replies = sequences.batch(numbers, 64, prompt_share=0.0, padding=999)
    is_padding = batch.targets == 999
    assert (batch.weights[is_padding] == 0).all()
    assert (batch.weights >= replies.weights).all()
    drawn = batch.weights[(replies.weights == 0) & ~is_padding]
    assert 0.15 < drawn.mean() < 0.35


def test_an_epoch_leaves_out_what_the_context_shows_no_reply_of(tmp_path: Path) -> None:
    # Number of tokens, and the one that is learned; the first token of a sequence is never predicted.
    shapes = [(9, 8), (9, 3), (9, 4), (1, 0), (0, None), (5, 0), (5, 4), (4, None), (9, 4), (9, 5)]
    with SequenceWriter(tmp_path / "set") as writer:
        for length, reply in shapes:
            writer.write([7] * length, [place == reply for place in range(length)])
    sequences = SequenceSet(tmp_path / "set")
    assert sorted(np.concatenate(sequences.epoch(0, 0, 20, context=4))) == [1, 2, 6, 8]
    assert np.flatnonzero(sequences.teaching(64)).tolist() == [0, 1, 2, 6, 8, 9]


def test_half_a_set_is_never_taken_for_a_whole_one(tmp_path: Path) -> None:
    def write(token: int, fail: bool) -> None:
        with SequenceWriter(tmp_path / "set") as writer:
            writer.write([token] * 3)
            if fail:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(1, fail=True)
    assert list(tmp_path.iterdir()) == []
    write(2, fail=False)
    with pytest.raises(KeyboardInterrupt):
        write(3, fail=True)
    assert SequenceSet(tmp_path / "set").head(9).tolist() == [2, 2, 2]
    assert {path.name for path in tmp_path.iterdir()} == {"set.tokens", "set.learned", "set.offsets"}


@pytest.mark.parametrize("ending", ["tokens", "learned", "offsets"])
def test_a_truncated_file_of_a_set_is_named(sequences: SequenceSet, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"set.{ending}"
    file.write_bytes(file.read_bytes()[:-3] if ending != "offsets" else b"")
    with pytest.raises(ConfigError, match=rf"set\.{ending} are damaged or truncated"):
        SequenceSet(tmp_path / "set")


def test_an_empty_set_is_not_taken_for_a_missing_one(tmp_path: Path) -> None:
    with SequenceWriter(tmp_path / "set"):
        pass
    with pytest.raises(ConfigError, match="set are empty"):
        SequenceSet(tmp_path / "set")


def repeated_tokens(size: int = 60) -> torch.Tensor:
    half = torch.randint(0, 300, (4, size), generator=torch.Generator().manual_seed(1))
    return torch.cat([half, half], dim=1)


def copying_accuracy(model: GPT) -> float:
    tokens = repeated_tokens()
    with torch.no_grad():
        predicted = model(tokens)[:, 61:-1].argmax(-1)
    return (predicted == tokens[:, 62:]).float().mean().item()


def test_the_model_copies_before_it_has_learned_anything() -> None:
    config = ModelConfig(vocab_size=300, hidden_size=192, num_hidden_layers=6)
    plain, copying = GPT(config).eval(), GPT(config).eval()
    initialise(plain, copying=False)
    initialise(copying, copying=True)
    assert copying_accuracy(plain) < 0.05
    assert copying_accuracy(copying) > 0.5


def test_token_vectors_bring_tokens_of_like_contexts_together() -> None:
    draw = np.random.default_rng(0)
    animals, numbers = [10, 11], [20, 21]
    text: list[int] = []
    for _ in range(4000):
        text += [1, int(draw.choice(animals)), 2, 3, int(draw.choice(numbers)), 4]
    vectors = token_vectors(np.asarray(text, dtype=np.uint16), vocabulary_size=32, width=8)
    unit = torch.nn.functional.normalize(vectors, dim=1)
    assert unit[10] @ unit[11] > unit[10] @ unit[20] + 0.3
    assert torch.isfinite(vectors).all()


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 8, 24), (2, 24, 8)])
def test_orthogonalise_brings_singular_values_near_one(shape: tuple[int, int, int]) -> None:
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalise(matrices))
    assert values.min() > 0.3
    assert values.max() < 1.4


@pytest.mark.parametrize(("has_instructions", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_products_are_taken_in_what_the_processor_is_faster_in(
    monkeypatch: pytest.MonkeyPatch, has_instructions: bool, expected: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: has_instructions)
    is_bfloat16_faster.cache_clear()
    try:
        assert product_type("auto") == expected
        assert (product_type("bfloat16"), product_type("float32")) == (torch.bfloat16, torch.float32)
    finally:
        is_bfloat16_faster.cache_clear()


def test_muon_finds_the_least_squares_solution() -> None:
    generator = torch.Generator().manual_seed(0)
    target = torch.randn(8, 8, generator=generator)
    weight = torch.nn.Parameter(torch.zeros(8, 8))
    optimiser = Muon([weight], learning_rate=0.1)
    for step in range(300):
        optimiser.param_groups[0]["lr"] = 0.1 * (1 - step / 300)
        optimiser.zero_grad()
        (weight - target).square().sum().backward()
        optimiser.step()
    assert (weight - target).abs().max() < 0.1


def test_the_rate_warms_up_holds_and_decays() -> None:
    course = Optimiser(warmup=0.1, decay=0.5, final=0.1)
    assert rate_at(0.05, course) == pytest.approx(0.5)
    assert rate_at(0.3, course) == 1.0
    assert rate_at(0.75, course) == pytest.approx(0.55)
    assert rate_at(1.0, course) == pytest.approx(0.1)


def test_spans_are_learned_among_the_tokens_of_their_prompts(tmp_path: Path) -> None:
    with SequenceWriter(tmp_path / "set") as writer:
        writer.write([3, 4, 5, 4, 1], [False, False, False, True, True])
        writer.write([6, 7, 6], [False, False, True])
    batch = SequenceSet(tmp_path / "set").batch(np.arange(2), 8, prompt_share=1.0, padding=0)
    counts = batch.weights > 0
    logits = torch.randn(int(counts.sum()), 9, generator=torch.manual_seed(0))
    targets = batch.targets[counts]
    of_all = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    assert torch.equal(token_losses(logits, batch, counts), of_all)
    losses = token_losses(logits, replace(batch, is_extractive=True), counts)
    is_reply = batch.replied[counts]
    assert targets[is_reply].tolist() == [4, 1, 6]
    assert torch.equal(losses[~is_reply], of_all[~is_reply])
    for place, tokens in zip(is_reply.nonzero()[:, 0], ([3, 4, 5], [1, 3, 4, 5], [0, 6, 7]), strict=True):
        among = logits[place, tokens].logsumexp(0) - logits[place, targets[place]]
        expected = (1 - EXTRACTIVE_SHARE) * of_all[place] + EXTRACTIVE_SHARE * among
        assert losses[place].item() == pytest.approx(expected.item(), abs=1e-5)
