"""The type of the numbers that are multiplied while training."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from llm.training.config import Precision


def product_type(precision: Precision) -> torch.dtype:
    """Return the type of matrix products; `auto` is whichever this machine is faster in."""
    if precision == "auto":
        precision = "bfloat16" if is_bfloat16_faster() else "float32"
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


@cache
def is_bfloat16_faster() -> bool:
    """Whether a GPU is at hand, or this processor has instructions for matrix products in bfloat16.

    Without them such products are taken number by number, fifty times slower than in float32.
    """
    supports = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return torch.cuda.is_available() or bool(supports and supports())
