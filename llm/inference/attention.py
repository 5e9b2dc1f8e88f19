"""Attention of the inference engine: new queries over all keys so far.

Shapes: B sequences, H query heads, K key heads, T new tokens, S tokens so far, D channels a head. The
H / K heads of a group ask the same keys, so they stand as further queries of one head.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

BLOCK = 32
"""Queries that are attended together; keys that come later are not even looked at."""


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Attend with the last T of S tokens.

    Args:
        query: Queries (B, H, T, D).
        key: Keys (B, K, S, D), of the same type.
        value: Values (B, K, S, D).
        mask: True where attention is allowed (B or 1, 1, T, S); None is causal.

    Returns:
        What each query gathered (B, H, T, D).
    """
    length, held = query.shape[2], key.shape[2]
    if length == 1:
        return _attend_one(query, key, value, mask)
    if mask is None and query.dtype == torch.float64:
        return attend_in_blocks(query, key, value)
    if mask is None and length < held:
        mask = torch.ones(length, held, dtype=torch.bool).tril(held - length)
    return functional.scaled_dot_product_attention(
        query, key, value, attn_mask=mask, is_causal=mask is None, enable_gqa=True
    )


def _attend_one(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    batch, heads, _, channels = query.shape
    grouped = query.reshape(batch, key.shape[1], -1, channels)
    attended = functional.scaled_dot_product_attention(grouped, key, value, attn_mask=mask)
    return attended.reshape(batch, heads, 1, channels)


def attend_in_blocks(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attend causally, a block of queries after the other; arguments as of `attend`.

    The order of all sums depends on the block's place in the text alone.
    """
    batch, heads, length, channels = query.shape
    start = key.shape[2] - length
    groups = heads // key.shape[1]
    grouped = query.reshape(batch, key.shape[1], groups, length, channels) * channels**-0.5
    gathered = torch.empty_like(grouped)
    for first in range(0, length, BLOCK):
        block = grouped[:, :, :, first : first + BLOCK]
        size, seen = block.shape[3], start + first + block.shape[3]
        scores = block.flatten(2, 3) @ key[:, :, :seen].transpose(2, 3)
        scores.unflatten(2, (groups, size))[..., seen - size :].add_(_later(size, scores.dtype))
        gathered[:, :, :, first : first + size] = (scores.softmax(-1) @ value[:, :, :seen]).view_as(block)
    return gathered.view(batch, heads, length, channels)


@cache
def _later(size: int, dtype: torch.dtype) -> Tensor:
    """Return what hides later keys of a block (size, size): minus infinity, and 0 elsewhere."""
    return torch.full((size, size), -torch.inf, dtype=dtype).triu(1)
