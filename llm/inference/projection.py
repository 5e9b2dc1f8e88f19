"""Matrix products of the inference engine: in full precision, or in 8-bit integers where these are faster.

Reading an answer's weights from memory takes most of the time of writing it, and a quarter of the
bytes takes a quarter of the time. Each row of weights and each token's activations get a scale of
their own (Dettmers et al. 2022, "LLM.int8()"); the products are summed exactly in 32-bit integers, so
a token's result does not depend on what is computed beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

Projection = Callable[[Tensor], Tensor]
"""Maps activations (…, K) to (…, N)."""

_LARGEST = 127
_SMALLEST_SCALE = 1e-12


class FullProjection:
    """A product in 32-bit floating point.

    Args:
        weight: Weights (N, K).
    """

    def __init__(self, weight: Tensor) -> None:
        self._weight = weight

    def __call__(self, activations: Tensor) -> Tensor:
        """Map (…, K) to (…, N)."""
        return functional.linear(activations, self._weight)


class QuantisedProjection:
    """A product in 8-bit integers.

    Args:
        weight: Weights (N, K) in floating point.
    """

    def __init__(self, weight: Tensor) -> None:
        scales = weight.abs().amax(1, keepdim=True).div(_LARGEST).clamp_min(_SMALLEST_SCALE)
        # The transposed view of a row-major matrix is the layout that the integer kernels read fastest.
        self._weight = (weight / scales).round().to(torch.int8).contiguous().t()
        self._scales = scales.view(-1)

    def __call__(self, activations: Tensor) -> Tensor:
        """Map (…, K) to (…, N)."""
        rows = activations.reshape(-1, activations.shape[-1])
        scales = rows.abs().amax(1, keepdim=True).mul_(1 / _LARGEST).clamp_min_(_SMALLEST_SCALE)
        quantised = (rows * scales.reciprocal()).round_().to(torch.int8)
        sums = torch._int_mm(quantised, self._weight)
        return (sums * self._scales).mul_(scales).view(*activations.shape[:-1], -1)


def projection(weight: Tensor, *, quantised: bool) -> Projection:
    """Prepare a product with weights (N, K)."""
    return QuantisedProjection(weight) if quantised else FullProjection(weight)


@cache
def is_quantisation_faster() -> bool:
    """Whether this processor multiplies 8-bit integers several times faster than floating point."""
    supports = getattr(torch.cpu, "_is_vnni_supported", None)
    return bool(supports and supports()) and hasattr(torch, "_int_mm")
