"""Which precision this machine trains fastest in."""

from __future__ import annotations

from functools import cache

import torch


@cache
def is_bfloat16_faster() -> bool:
    """Whether a GPU is at hand, or this processor has instructions for matrix products in bfloat16."""
    supports = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return torch.cuda.is_available() or bool(supports and supports())
