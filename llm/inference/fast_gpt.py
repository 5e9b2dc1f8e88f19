"""The GPT arranged for answering: the same function as `GPT`, with fewer and larger operations.

Training wants modules that can be read, saved and sharded; answering one token at a time wants few
operations, because each costs more to start than to run. So the three projections of attention
become one matrix, the two of the feed-forward network become one, queries and keys are normalised
and rotated together, the heads that share keys are attended to together instead of being copied,
and the last layer works only for the tokens whose states are asked for.

Quantised, a state is the same to the last bit whether its token is read alone, in a draft, behind a
cached prefix or in a batch: integer sums are exact, and attention is computed in double precision, so
that the order of its sums is lost in rounding. (In single precision a difference in the seventh digit
can tip the rounding to an integer, and one reply in five came out differently with drafts.) Long prompts
would pay for that, so their whole blocks of tokens are read in single precision in an order of sums that
depends on a block's place alone; what is reused of a prompt are whole blocks, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from llm.inference.attention import BLOCK, attend, attend_in_blocks
from llm.inference.projection import Projection, projection
from llm.model.gpt import GPT, Block
from llm.model.kv_cache import KeyValueCache


@dataclass(frozen=True, slots=True)
class FastLayer:
    """Weights of one layer, fused."""

    attention_norm: Tensor
    query_key_value: Projection
    head_norms: Tensor
    """Norm weights of each query head, then of each key head (H + K, D)."""
    attention_output: Projection
    feed_forward_norm: Tensor
    gate_up: Projection
    down: Projection

    @classmethod
    def of(cls, block: Block, queries: int, keys: int, *, quantised: bool) -> FastLayer:
        """Fuse the weights of a block with that many query and key heads."""
        attention, feed_forward = block.self_attn, block.mlp
        projections = (attention.q_proj, attention.k_proj, attention.v_proj)
        gates = (feed_forward.gate_proj, feed_forward.up_proj)
        norms = (attention.q_norm.weight.expand(queries, -1), attention.k_norm.weight.expand(keys, -1))
        return cls(
            attention_norm=block.input_layernorm.weight.detach(),
            query_key_value=projection(torch.cat([part.weight for part in projections]), quantised=quantised),
            head_norms=torch.cat(norms),
            attention_output=projection(attention.o_proj.weight, quantised=quantised),
            feed_forward_norm=block.post_attention_layernorm.weight.detach(),
            gate_up=projection(torch.cat([gate.weight for gate in gates]), quantised=quantised),
            down=projection(feed_forward.down_proj.weight, quantised=quantised),
        )


@dataclass(frozen=True, slots=True)
class _Pass:
    """What all layers of one pass share."""

    cosines: Tensor
    sines: Tensor
    cache: KeyValueCache | None
    mask: Tensor | None
    steady: int
    """How many first tokens are attended to in blocks in single precision."""


class FastGPT:
    """Runs a GPT for answering.

    Args:
        model: Where the weights come from; they are copied where they are fused.
        quantised: Compute with 8-bit integers; otherwise results agree with the GPT's to rounding.
    """

    @torch.inference_mode()
    def __init__(self, model: GPT, *, quantised: bool = False) -> None:
        self.config = model.config
        self.quantised = quantised
        self._attention_type = torch.float64 if quantised else torch.float32
        self._embedding = model.model.embed_tokens.weight.detach()
        self._output = projection(self._embedding, quantised=quantised)
        self._final_norm = model.model.norm.weight.detach()
        self._heads = self.config.num_attention_heads
        self._key_heads = self.config.num_key_value_heads
        self._layers = [
            FastLayer.of(block, self._heads, self._key_heads, quantised=quantised)
            for block in model.model.layers
            if isinstance(block, Block)
        ]
        # Rotation swaps the halves of a head and negates the first: the sign stands with the sines.
        half = self.config.head_dim // 2
        signs = torch.cat([-torch.ones(half), torch.ones(half)])
        self._cosines = model.cosines.unsqueeze(1)
        self._sines = (model.sines * signs).unsqueeze(1)

    def new_cache(self, batch: int = 1, capacity: int | None = None) -> KeyValueCache:
        """Return an empty cache for that many sequences and tokens (by default the whole context)."""
        return KeyValueCache(self.config, batch, capacity)

    def steady_part(self, tokens: int) -> int:
        """Return how many first tokens of a prompt are read in whole blocks; see `states`."""
        return tokens // BLOCK * BLOCK if self.quantised else 0

    def padded_length(self, tokens: int) -> int:
        """Return how long a text gets when it is padded so that all of it stands in whole blocks."""
        padded = -(-tokens // BLOCK) * BLOCK if self.quantised else tokens
        return min(padded, max(tokens, self.config.max_position_embeddings))

    @torch.inference_mode()
    def states(
        self,
        tokens: Tensor,
        *,
        cache: KeyValueCache | None = None,
        positions: Tensor | None = None,
        mask: Tensor | None = None,
        last: int | None = None,
        steady: int = 0,
    ) -> Tensor:
        """Return the normalised states of the last tokens.

        Args:
            tokens: Token ids (B, T).
            cache: Keys and values of earlier tokens; the new ones are added to it.
            positions: Place of each token (T,) or (B, T); by default they count on from the cache.
            mask: True where attention is allowed (B or 1, 1, T, S); by default causal.
            last: Of how many tokens L the states are wanted; by default of all T.
            steady: How many of the first tokens are whole blocks of a prompt, which are read faster: a
                multiple of `attention.BLOCK`, as must be the cache's length then.

        Returns:
            States (B, L, C).
        """
        start = cache.length if cache is not None else 0
        length = tokens.shape[1]
        if positions is None:
            positions = torch.arange(start, start + length)
        shared = _Pass(self._cosines[positions], self._sines[positions], cache, mask, steady)
        hidden = functional.embedding(tokens, self._embedding)
        for index, layer in enumerate(self._layers):
            wanted = last if last is not None and layer is self._layers[-1] else length
            attended = self._attend(index, layer, hidden, shared, wanted)
            hidden = hidden[:, length - wanted :] + attended
            hidden = hidden + self._feed_forward(layer, hidden)
        if cache is not None:
            cache.advance(length)
        return self._normalise(hidden, self._final_norm)

    @torch.inference_mode()
    def logits(self, states: Tensor) -> Tensor:
        """Turn states (…, C) into scores of the next token (…, V)."""
        return self._output(states)

    def _attend(self, index: int, layer: FastLayer, hidden: Tensor, shared: _Pass, wanted: int) -> Tensor:
        """Return what attention adds to the last `wanted` tokens; the cache gets all of them."""
        batch, length, _ = hidden.shape
        projected = layer.query_key_value(self._normalise(hidden, layer.attention_norm))
        heads = projected.view(batch, length, -1, self.config.head_dim)
        rotated = self._rotate(heads[:, :, : self._heads + self._key_heads], layer.head_norms, shared)
        query = rotated[:, length - wanted :, : self._heads].transpose(1, 2)
        key = rotated[:, :, self._heads :].transpose(1, 2)
        value = heads[:, :, self._heads + self._key_heads :].transpose(1, 2)
        if shared.cache is not None:
            key, value = shared.cache.append(index, key, value)
        mask = shared.mask[..., length - wanted :, :] if shared.mask is not None else None
        attended = self._gather(query, key, value, mask, shared.steady if wanted == length else 0)
        return layer.attention_output(attended.transpose(1, 2).reshape(batch, wanted, -1))

    def _gather(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, steady: int) -> Tensor:
        """Attend in the precision that each token needs; arguments as of `attend`."""
        rest = query.shape[2] - steady
        parts = []
        if steady:
            seen = key.shape[2] - rest
            parts.append(attend_in_blocks(query[:, :, :steady], key[:, :, :seen], value[:, :, :seen]))
        if rest:
            asked = query[:, :, steady:].to(self._attention_type)
            attended = attend(asked, key.to(asked.dtype), value.to(asked.dtype), mask)
            parts.append(attended.to(query.dtype))
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=2)

    def _rotate(self, heads: Tensor, norms: Tensor, shared: _Pass) -> Tensor:
        """Normalise heads (B, T, N, D) and turn them by the angles of their positions."""
        normalised = self._normalise(heads, None) * norms
        swapped = normalised.roll(self.config.head_dim // 2, -1)
        return torch.addcmul(normalised * shared.cosines, swapped, shared.sines)

    def _feed_forward(self, layer: FastLayer, hidden: Tensor) -> Tensor:
        gate, up = layer.gate_up(self._normalise(hidden, layer.feed_forward_norm)).chunk(2, dim=-1)
        return layer.down(functional.silu(gate) * up)

    def _normalise(self, values: Tensor, weight: Tensor | None) -> Tensor:
        return functional.rms_norm(values, (values.shape[-1],), weight, self.config.rms_norm_eps)
