"""Initial weights, with the circuits of copying written in.

A decoder learns to copy ("the token after the last time I saw this one") only after tens of millions
of tokens, when a head that looks one token back and a later head that matches tokens have found each
other (Olsson et al. 2022, "In-context learning and induction heads"). Reading a passage is mostly
copying, and on a CPU those tokens cost hours. So the first layer starts with a previous-token head
and the later layers with heads that match a token against its earlier occurrences; training is free
to change all of it. Compare "Mimetic initialization of self-attention layers" (Trockman and Kolter
2023).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from llm.model.gpt import GPT, Attention, Block

EMBEDDING_SCALE = 0.05
"""Standard deviation of the embedding; what a head copies is written at the same scale."""

MEANING_SHARE = 0.8
"""How much of the embedding is meaning; the rest is random and tells similar tokens apart."""

SHARP_FREQUENCIES = 3
"""Fastest rotary frequencies: together they tell one position from its neighbours."""

NORM_GAIN = 1.6
"""Gain of normalised queries and keys where a head should attend sharply."""


def initialise(model: GPT, *, copying: bool = True, vectors: Tensor | None = None, seed: int = 0) -> None:
    """Fill all weights in place.

    Args:
        model: The model.
        copying: Whether to write in the copying circuits; they need a stream as wide as two heads.
        vectors: What is known of the tokens' meanings (V, C), mean square 1; see
            `llm.training.cooccurrence`.
        seed: Makes the numbers repeatable.
    """
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        if parameter.dim() < 2:
            nn.init.ones_(parameter)
        elif name.endswith(("o_proj.weight", "down_proj.weight")):
            nn.init.zeros_(parameter)
        elif "embed_tokens" in name:
            nn.init.normal_(parameter, std=EMBEDDING_SCALE, generator=generator)
        else:
            nn.init.normal_(parameter, std=1 / math.sqrt(parameter.shape[1]), generator=generator)
    if vectors is not None:
        _write_meanings(model.model.embed_tokens.weight, vectors)
    if copying and model.config.hidden_size >= 2 * model.config.head_dim:
        _write_copying_circuits(model, generator)


@torch.no_grad()
def _write_meanings(embedding: Tensor, vectors: Tensor) -> None:
    """Mix meanings into the random embedding, which keeps "two" and "three" apart."""
    embedding *= math.sqrt(1 - MEANING_SHARE**2)
    embedding += MEANING_SHARE * EMBEDDING_SCALE * vectors


@torch.no_grad()
def _write_copying_circuits(model: GPT, generator: torch.Generator) -> None:
    """Give the first layer a previous-token head and the others induction heads.

    Channel 0 of the embedding holds a constant: it is what a previous-token head, which looks at
    positions and not at content, makes its queries and keys of. A random rotation splits the other
    channels into subspaces, so that "my token" and "the token before me" stay apart.
    """
    config = model.config
    size, width = config.head_dim, config.hidden_size
    embedding = model.model.embed_tokens.weight
    embedding[:, 0] = EMBEDDING_SCALE * math.sqrt(width) / 4
    basis = _orthogonal(width, generator)
    basis[:, 0] = 0
    own, before = basis[:size], basis[size : 2 * size]
    mixer = torch.randn(size, size, generator=generator) / math.sqrt(size)
    mixer[_fast_channels(size)] = 0
    blocks = list(model.model.layers)
    _write_previous_token_head(_attention(blocks[0]), own, before, config.rope_theta)
    for index, block in enumerate(blocks[1:], start=1):
        attention = _attention(block)
        slices = torch.roll(basis, -2 * size * index, dims=0)
        _write_matching_head(attention, 0, mixer @ own, mixer @ before, slices[:size])
        if config.num_key_value_heads > 1:
            _write_matching_head(attention, 1, mixer @ own, mixer @ before, slices[size : 2 * size])


def _attention(block: nn.Module) -> Attention:
    assert isinstance(block, Block)  # noqa: S101 - narrows the type of a module list's item
    return block.self_attn


def _orthogonal(size: int, generator: torch.Generator) -> Tensor:
    orthogonal: Tensor = torch.linalg.qr(torch.randn(size, size, generator=generator))[0]
    return orthogonal


def _fast_channels(head_dim: int) -> Tensor:
    """Channels that rotate too fast to compare content hundreds of tokens apart."""
    half = head_dim // 2
    fast = torch.arange(half // 2)
    return torch.cat([fast, fast + half])


def _write_previous_token_head(attention: Attention, own: Tensor, before: Tensor, rope_theta: float) -> None:
    """Make key/value head 0 look one token back and write that token into `before`."""
    size = attention.head_dim
    half = size // 2
    query = torch.zeros(size)
    query[:SHARP_FREQUENCIES] = 1.0
    query[SHARP_FREQUENCIES : half // 2] = 0.1
    angles = rope_theta ** (-torch.arange(half) / half)
    key = torch.cat([query[:half] * angles.cos(), query[:half] * angles.sin()])
    scale = 40.0
    for head in range(attention.groups):
        rows = slice(head * size, (head + 1) * size)
        attention.q_proj.weight[rows] *= 0.1
        attention.q_proj.weight[rows, 0] = scale * query
    attention.k_proj.weight[:size] *= 0.1
    attention.k_proj.weight[:size, 0] = scale * key
    attention.v_proj.weight[:size] = own
    attention.o_proj.weight[:, :size] = 1.5 * EMBEDDING_SCALE * before.T
    attention.q_norm.weight.fill_(NORM_GAIN)
    attention.k_norm.weight.fill_(NORM_GAIN)


def _write_matching_head(
    attention: Attention, group: int, query: Tensor, key: Tensor, values: Tensor
) -> None:
    """Make a key/value head attend to tokens whose predecessor is my token, and repeat them."""
    size = attention.head_dim
    noise = 0.1
    head = group * attention.groups
    rows = slice(head * size, (head + 1) * size)
    attention.q_proj.weight[rows].mul_(noise).add_(query)
    group_rows = slice(group * size, (group + 1) * size)
    attention.k_proj.weight[group_rows].mul_(noise).add_(key)
    attention.v_proj.weight[group_rows] = values
    attention.o_proj.weight[:, rows] = EMBEDDING_SCALE * values.T
    attention.q_norm.weight.fill_(NORM_GAIN)
    attention.k_norm.weight.fill_(NORM_GAIN)
