"""Muon: momentum whose update is made orthogonal (Jordan et al. 2024).

Each matrix moves by the nearest orthogonal matrix to its momentum, found with a few Newton-Schulz
steps. Matrices of one shape are stacked, so that the steps run as few large products. The update is
scaled to the root mean square that AdamW's has (Liu et al. 2025, "Muon is scalable"), so learning
rates and weight decay mean the same for both.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor

from llm.training.precision import product_type

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic that drives singular values towards 1 fastest (Jordan et al. 2024)."""


class Muon(torch.optim.Optimizer):
    """Orthogonalised momentum for matrices.

    Args:
        parameters: Matrices; anything else belongs to another optimiser.
        learning_rate: Step size.
        momentum: Share of the old momentum that is kept.
        weight_decay: Decoupled decay; it acts only where it does not oppose the update.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        learning_rate: float,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
    ) -> None:
        defaults = {"lr": learning_rate, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(parameters, defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # without a closure there is no loss to return
        """Move every matrix that has a gradient. `closure` is not supported."""
        if closure is not None:
            raise ValueError("Muon takes no closure")
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[Tensor]] = defaultdict(list)
            for parameter in group["params"]:
                if parameter.grad is not None:
                    by_shape[parameter.shape].append(parameter)
            for matrices in by_shape.values():
                self._step_alike(matrices, group)

    def _step_alike(self, matrices: list[Tensor], group: dict[str, float]) -> None:
        directions = torch.stack([self._direction(matrix, group["momentum"]) for matrix in matrices])
        updates = orthogonalise(directions)
        scale = 0.2 * math.sqrt(max(matrices[0].shape))
        for matrix, update in zip(matrices, updates, strict=True):
            agrees = (update * matrix) > 0
            matrix.sub_(agrees * matrix, alpha=group["lr"] * group["weight_decay"])
            matrix.sub_(update, alpha=group["lr"] * scale)

    def _direction(self, matrix: Tensor, momentum: float) -> Tensor:
        assert matrix.grad is not None  # noqa: S101 - `step` selects on it
        state = self.state[matrix]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(matrix)
        buffer: Tensor = state["momentum"]
        buffer.lerp_(matrix.grad, 1 - momentum)
        direction: Tensor = matrix.grad.lerp(buffer, momentum)
        return direction


def orthogonalise(matrices: Tensor, steps: int = 5) -> Tensor:
    """Return the nearest (semi-)orthogonal matrices to a stack (N, rows, columns), approximately.

    Computed in bfloat16, where that is faster, whatever the precision of the training: the iteration does not
    need more.
    """
    first, second, third = COEFFICIENTS
    work = matrices.to(product_type("auto"))
    is_tall = work.shape[1] > work.shape[2]
    work = work.mT if is_tall else work
    work = work / (work.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        product = work @ work.mT
        work = first * work + (second * product + third * product @ product) @ work
    orthogonal: Tensor = (work.mT if is_tall else work).to(matrices.dtype)
    return orthogonal
