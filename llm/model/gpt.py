"""GPT: a decoder-only transformer, weight-compatible with Hugging Face's `Qwen3ForCausalLM`.

RMSNorm (Zhang and Sennrich 2019) before each part, rotary positions (Su et al. 2021), grouped-query
attention (Ainslie et al. 2023) with normalised queries and keys, SwiGLU (Shazeer 2020), and an
output layer tied to the embedding. Module names are those of Qwen3, so a state dict loads into
either. Shapes: B sequences, T tokens, C channels, H heads, D channels a head, V tokens of the vocabulary.

This is the model as it is trained; answers are written by its faster twin (`llm.inference.fast_gpt`).
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from llm.errors import WeightsError
from llm.model.checkpoint import read_weights, write_weights
from llm.model.config import ModelConfig


class Attention(nn.Module):
    """Causal grouped-query attention with rotary positions."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.head_dim = config.head_dim
        self.groups = config.num_attention_heads // config.num_key_value_heads
        queries = config.num_attention_heads * config.head_dim
        keys = config.num_key_value_heads * config.head_dim
        self.q_proj = nn.Linear(config.hidden_size, queries, bias=False)
        self.k_proj = nn.Linear(config.hidden_size, keys, bias=False)
        self.v_proj = nn.Linear(config.hidden_size, keys, bias=False)
        self.o_proj = nn.Linear(queries, config.hidden_size, bias=False)
        self.q_norm = nn.RMSNorm(config.head_dim, eps=config.rms_norm_eps)
        self.k_norm = nn.RMSNorm(config.head_dim, eps=config.rms_norm_eps)

    def forward(self, hidden: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
        """Attend to the tokens before and to itself. hidden (B, T, C), rotation two of (T, D)."""
        batch, length, _ = hidden.shape
        query = self.q_norm(self.q_proj(hidden).view(batch, length, -1, self.head_dim))
        key = self.k_norm(self.k_proj(hidden).view(batch, length, -1, self.head_dim))
        value = self.v_proj(hidden).view(batch, length, -1, self.head_dim)
        query = rotate(query.transpose(1, 2), rotation)
        key = rotate(key.transpose(1, 2), rotation)
        value = value.transpose(1, 2)
        if self.groups > 1:
            key = key.repeat_interleave(self.groups, dim=1)
            value = value.repeat_interleave(self.groups, dim=1)
        attended = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        merged: Tensor = self.o_proj(attended.transpose(1, 2).reshape(batch, length, -1))
        return merged


class FeedForward(nn.Module):
    """SwiGLU: a gated two-layer network on each token."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, hidden: Tensor) -> Tensor:
        """Transform each token. hidden (B, T, C)."""
        output: Tensor = self.down_proj(functional.silu(self.gate_proj(hidden)) * self.up_proj(hidden))
        return output


class Block(nn.Module):
    """One layer: attention, then the feed-forward network, each added to its input."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.self_attn = Attention(config)
        self.mlp = FeedForward(config)
        self.input_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.post_attention_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)

    def forward(self, hidden: Tensor, rotation: tuple[Tensor, Tensor], dropout: float) -> Tensor:
        """Apply the layer. hidden (B, T, C); dropout falls on what is added to the stream."""
        attended = self.self_attn(self.input_layernorm(hidden), rotation)
        hidden = hidden + functional.dropout(attended, dropout, self.training)
        transformed = self.mlp(self.post_attention_layernorm(hidden))
        return hidden + functional.dropout(transformed, dropout, self.training)


class Decoder(nn.Module):
    """Embedding, layers and the last norm; named `model` inside `GPT`, as Qwen3 does."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Block(config) for _ in range(config.num_hidden_layers))
        self.norm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)


class GPT(nn.Module):
    """The language model.

    Args:
        config: Its shape.
        dropout: Share of channels dropped from what each part adds, while training.
    """

    cosines: Tensor
    sines: Tensor

    def __init__(self, config: ModelConfig, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        self.dropout = dropout
        self.model = Decoder(config)
        cosines, sines = rotation_table(config)
        self.register_buffer("cosines", cosines, persistent=False)
        self.register_buffer("sines", sines, persistent=False)

    @classmethod
    def from_pretrained(cls, folder: Path) -> GPT:
        """Load a weights folder in float32, ready to answer.

        Raises:
            WeightsError: A file is missing, truncated or does not fit the config; it is named.
        """
        config, weights = read_weights(folder)
        model = cls(config)
        try:
            model.load_state_dict(weights)
        except RuntimeError as error:
            raise WeightsError(
                f"The weights in {folder} do not fit its config.json: restore the folder."
            ) from error
        return model.eval()

    def save_pretrained(
        self, folder: Path, tokenizer_from: Path, dtype: torch.dtype = torch.bfloat16
    ) -> None:
        """Write a weights folder, which transformers loads too.

        Args:
            folder: Where to; made if missing.
            tokenizer_from: Folder with the tokenizer's files; `folder` itself if they are there.
            dtype: How the numbers are stored.

        Raises:
            WeightsError: The disk is full or the folder cannot be written; older weights are untouched.
        """
        write_weights(self.config, self.state_dict(), folder, tokenizer_from, dtype)

    def hidden_states(self, tokens: Tensor) -> Tensor:
        """Return the normalised state of each token: tokens (B, T) to states (B, T, C)."""
        length = tokens.shape[1]
        rotation = (self.cosines[:length], self.sines[:length])
        hidden = self.model.embed_tokens(tokens)
        for block in self.model.layers:
            hidden = block(hidden, rotation, self.dropout)
        normalised: Tensor = self.model.norm(hidden)
        return normalised

    def logits(self, states: Tensor) -> Tensor:
        """Turn states (…, C) into scores of the next token (…, V)."""
        return functional.linear(states, self.model.embed_tokens.weight)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the scores of every next token: tokens (B, T) to logits (B, T, V)."""
        return self.logits(self.hidden_states(tokens))


def rotation_table(config: ModelConfig) -> tuple[Tensor, Tensor]:
    """Return cosines and sines of the rotary angles, each (max_position_embeddings, D)."""
    channels = torch.arange(0, config.head_dim, 2, dtype=torch.float32)
    frequencies = config.rope_theta ** (-channels / config.head_dim)
    angles = torch.outer(torch.arange(config.max_position_embeddings).float(), frequencies)
    doubled = torch.cat([angles, angles], dim=-1)
    return doubled.cos(), doubled.sin()


def rotate(heads: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Rotate channel i with channel i + D/2 of each head (B, H, T, D) by its position's angle."""
    cosines, sines = rotation
    first, second = heads.chunk(2, dim=-1)
    return heads * cosines + torch.cat([-second, first], dim=-1) * sines
