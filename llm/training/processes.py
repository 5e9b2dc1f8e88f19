"""Several processes that train one model together (torchrun), or one alone."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, distributed


@dataclass(frozen=True, slots=True)
class Processes:
    """Who else trains."""

    number: int = 0
    """Number of this process, from 0."""
    count: int = 1
    """How many there are."""
    device: str = "cpu"
    """Device of this process."""

    @property
    def is_first(self) -> bool:
        """Whether this process writes files and shows progress."""
        return self.number == 0

    def average_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Average the gradients of all processes; nothing to do for one alone."""
        if self.count == 1:
            return
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        # One message for all of them: to send many takes twice as long.
        joined = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(joined)
        joined /= self.count
        parts = torch.split(joined, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    def total(self, count: int) -> int:
        """Add a count up over all processes, whose batches differ in size."""
        if self.count == 1:
            return count
        value = torch.tensor([count], dtype=torch.long, device=self.device)
        distributed.all_reduce(value)
        return int(value.item())

    def share(self, weight: float) -> float:
        """Return how much this process's batch weighs beside the mean of all; 1 for one process alone."""
        if self.count == 1:
            return 1.0
        total = torch.tensor([weight], dtype=torch.float64, device=self.device)
        distributed.all_reduce(total)
        return weight * self.count / max(float(total.item()), 1.0)

    def agree(self, number: float) -> float:
        """Return the first process's number, so that all take the same step for their last one."""
        if self.count == 1:
            return number
        value = torch.tensor([number], dtype=torch.float64, device=self.device)
        distributed.broadcast(value, src=0)
        return float(value.item())

    def close(self) -> None:
        """Leave the group."""
        if self.count > 1:
            distributed.destroy_process_group()


def join_processes() -> Processes:
    """Join the group that torchrun announces in the environment, or train alone."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    has_gpu = torch.cuda.is_available()
    device = f"cuda:{local}" if has_gpu else "cpu"
    if count > 1:
        distributed.init_process_group("nccl" if has_gpu else "gloo")
    return Processes(int(os.environ.get("RANK", "0")), count, device)
