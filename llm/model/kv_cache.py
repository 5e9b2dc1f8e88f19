"""Keys and values of the tokens read so far, in memory taken once.

Attention over a growing text costs one row of keys and values a token. Taking the whole memory at
the start means that a new token writes into its place and nothing is copied.
"""

from __future__ import annotations

import torch
from torch import Tensor

from llm.model.config import ModelConfig


class KeyValueCache:
    """Preallocated keys and values of every layer, (layers, B, K, capacity, D) each.

    Args:
        config: Shape of the model.
        batch: Number of sequences.
        capacity: Tokens that fit; at most `config.max_position_embeddings` make sense.
    """

    def __init__(self, config: ModelConfig, batch: int = 1, capacity: int | None = None) -> None:
        self.capacity = capacity or config.max_position_embeddings
        shape = (
            config.num_hidden_layers,
            batch,
            config.num_key_value_heads,
            self.capacity,
            config.head_dim,
        )
        self.keys = torch.zeros(shape)
        self.values = torch.zeros(shape)
        self.length = 0
        """Tokens held, the same for every sequence."""

    def append(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Store new keys and values (B, K, T, D) of a layer; return all of them (B, K, S, D)."""
        end = self.length + keys.shape[2]
        self.keys[layer, :, :, self.length : end] = keys
        self.values[layer, :, :, self.length : end] = values
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]

    def advance(self, tokens: int) -> None:
        """Count tokens as held, after every layer has stored them."""
        self.length += tokens

    def keep(self, rows: list[int]) -> None:
        """Forget all sequences but these."""
        self.keys = self.keys[:, rows]
        self.values = self.values[:, rows]

    def truncate(self, length: int) -> None:
        """Forget all tokens after the first `length`."""
        self.length = min(self.length, length)
