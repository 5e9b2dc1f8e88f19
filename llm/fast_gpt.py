"""The GPT arranged for answering: the same function as `GPT`, with fewer and larger operations.

Training wants modules that can be read, saved and sharded; answering one token at a time wants few
operations, because each costs more to start than to run. So the three projections of attention
become one matrix, the two of the feed-forward network become one, the heads that share keys are
attended to together instead of being copied, and scores are computed only where they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from llm.gpt import GPT, Block, rotate
from llm.kv_cache import KeyValueCache


@dataclass(frozen=True, slots=True)
class FastLayer:
    """Weights of one layer, fused."""

    attention_norm: Tensor
    query_key_value: Tensor
    query_norm: Tensor
    key_norm: Tensor
    attention_output: Tensor
    feed_forward_norm: Tensor
    gate_up: Tensor
    down: Tensor

    @classmethod
    def of(cls, block: Block) -> FastLayer:
        """Fuse the weights of a block; those that are not fused are shared with it."""
        attention, feed_forward = block.self_attn, block.mlp
        projections = (attention.q_proj, attention.k_proj, attention.v_proj)
        gates = (feed_forward.gate_proj, feed_forward.up_proj)
        return cls(
            attention_norm=block.input_layernorm.weight,
            query_key_value=torch.cat([projection.weight for projection in projections]),
            query_norm=attention.q_norm.weight,
            key_norm=attention.k_norm.weight,
            attention_output=attention.o_proj.weight,
            feed_forward_norm=block.post_attention_layernorm.weight,
            gate_up=torch.cat([gate.weight for gate in gates]),
            down=feed_forward.down_proj.weight,
        )


class FastGPT:
    """Runs a GPT for answering; its results agree with the GPT's to rounding.

    Args:
        model: Where the weights come from; they are copied where they are fused.
    """

    @torch.inference_mode()
    def __init__(self, model: GPT) -> None:
        self.config = model.config
        self.embedding = model.model.embed_tokens.weight.detach()
        self.final_norm = model.model.norm.weight.detach()
        blocks = [block for block in model.model.layers if isinstance(block, Block)]
        self.layers = [FastLayer.of(block) for block in blocks]
        self.cosines, self.sines = model.cosines, model.sines
        self.groups = self.config.num_attention_heads // self.config.num_key_value_heads

    @torch.inference_mode()
    def states(
        self,
        tokens: Tensor,
        *,
        cache: KeyValueCache | None = None,
        positions: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Return the normalised state of each token.

        Args:
            tokens: Token ids (B, T).
            cache: Keys and values of earlier tokens; the new ones are added to it.
            positions: Place of each token (T,) or (B, T); by default they count on from the cache.
            mask: True where attention is allowed (B or 1, 1, T, S); by default causal.

        Returns:
            States (B, T, C).
        """
        start = cache.length if cache is not None else 0
        length = tokens.shape[1]
        if positions is None:
            positions = torch.arange(start, start + length)
            if mask is None and start and length > 1:
                mask = torch.arange(start + length) <= positions.unsqueeze(1)
        rotation = (self.cosines[positions], self.sines[positions])
        if positions.dim() == 2:
            rotation = (rotation[0].unsqueeze(1), rotation[1].unsqueeze(1))
        hidden = functional.embedding(tokens, self.embedding)
        for index, layer in enumerate(self.layers):
            hidden = hidden + self._attend(index, layer, hidden, rotation, cache, mask)
            hidden = hidden + self._feed_forward(layer, hidden)
        if cache is not None:
            cache.advance(length)
        return self._normalise(hidden, self.final_norm)

    @torch.inference_mode()
    def logits(self, states: Tensor) -> Tensor:
        """Turn states (…, C) into scores of the next token (…, V)."""
        return functional.linear(states, self.embedding)

    def _attend(
        self,
        index: int,
        layer: FastLayer,
        hidden: Tensor,
        rotation: tuple[Tensor, Tensor],
        cache: KeyValueCache | None,
        mask: Tensor | None,
    ) -> Tensor:
        config = self.config
        batch, length, _ = hidden.shape
        projected = functional.linear(self._normalise(hidden, layer.attention_norm), layer.query_key_value)
        heads = projected.view(batch, length, -1, config.head_dim).transpose(1, 2)
        sizes = [config.num_attention_heads, config.num_key_value_heads, config.num_key_value_heads]
        query, key, value = torch.split(heads, sizes, dim=1)
        query = rotate(self._normalise(query, layer.query_norm), rotation)
        key = rotate(self._normalise(key, layer.key_norm), rotation)
        if cache is not None:
            key, value = cache.append(index, key, value)
        attended = self._weigh(query, key, value, mask)
        merged = attended.transpose(1, 2).reshape(batch, length, -1)
        return functional.linear(merged, layer.attention_output)

    def _weigh(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        batch, heads, length, channels = query.shape
        if length == 1:
            # The heads of a group ask the same keys: they stand as several queries of one head.
            grouped = query.view(batch, heads // self.groups, self.groups, channels)
            attended = functional.scaled_dot_product_attention(grouped, key, value, attn_mask=mask)
            return attended.reshape(batch, heads, 1, channels)
        return functional.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=mask is None, enable_gqa=self.groups > 1
        )

    def _feed_forward(self, layer: FastLayer, hidden: Tensor) -> Tensor:
        normalised = self._normalise(hidden, layer.feed_forward_norm)
        gate, up = functional.linear(normalised, layer.gate_up).chunk(2, dim=-1)
        return functional.linear(functional.silu(gate) * up, layer.down)

    def _normalise(self, values: Tensor, weight: Tensor) -> Tensor:
        return functional.rms_norm(values, (values.shape[-1],), weight, self.config.rms_norm_eps)
