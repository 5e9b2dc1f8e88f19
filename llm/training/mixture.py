"""A mixture of sequence sets: which set each step reads, and how far each has been read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llm.errors import ConfigError
from llm.training.config import Stage
from llm.training.sequences import Batch, SequenceSet


class Mixture:
    """Batches of one stage.

    The set of step n depends on the seed and n alone, and each set's order on the seed and the
    epoch, so that a resumed run reads exactly what it would have read.

    Args:
        folder: Folder of the sequence sets.
        stage: Shares, batch size, context.
        seed: Of this run and stage.
        padding: Token that fills short rows.
        process: Number of this process, from 0.
        processes: Processes that share the data; each reads every n-th batch.

    Raises:
        ConfigError: A set is missing, or the context shows nothing to learn in all of it.
    """

    def __init__(
        self,
        folder: Path,
        stage: Stage,
        seed: int,
        padding: int,
        process: int = 0,
        processes: int = 1,
    ) -> None:
        self._stage = stage
        self._seed = seed
        self._padding = padding
        self._process, self._processes = process, processes
        self._names = list(stage.mix)
        shares = np.asarray([stage.mix[name] for name in self._names], dtype=np.float64)
        self._shares = shares / shares.sum()
        self._sets = {name: SequenceSet(folder / name) for name in self._names}
        self.left_out = self._count_left_out()
        """Sequences of each set that the context leaves nothing to learn in; sets without any are missing."""
        self._plans: dict[str, tuple[int, list[NDArray[np.int64]]]] = {}
        self.cursors: dict[str, list[int]] = {name: [0, 0] for name in self._names}
        """Epoch and next batch of each set."""

    def batch(self, step: int) -> Batch:
        """Return the batch of a step and move its set's cursor on."""
        draw = np.random.default_rng([self._seed, step, 1])
        name = self._names[int(draw.choice(len(self._names), p=self._shares))]
        numbers = self._next(name)
        batch = self._sets[name].batch(numbers, self._stage.context, self._stage.prompt_share, self._padding)
        return replace(batch, is_extractive=name in self._stage.extractive)

    def _count_left_out(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for name, sequences in self._sets.items():
            left_out = len(sequences) - int(sequences.teaching(self._stage.context).sum())
            if left_out == len(sequences):
                raise ConfigError(
                    f"Stage {self._stage.name!r} can learn nothing from {name!r}: its context of "
                    f"{self._stage.context} tokens ends before every reply, so raise it or leave the set out."
                )
            if left_out:
                counts[name] = left_out
        return counts

    def _next(self, name: str) -> NDArray[np.int64]:
        epoch, position = self.cursors[name]
        if position + self._processes > len(self._plan(name, epoch)):
            epoch, position = epoch + 1, 0
        plan = self._plan(name, epoch)
        # A dictionary of its own: who holds the old one still sees where this batch began.
        self.cursors = self.cursors | {name: [epoch, position + self._processes]}
        return plan[(position + self._process) % len(plan)]

    def _plan(self, name: str, epoch: int) -> list[NDArray[np.int64]]:
        known = self._plans.get(name)
        if known is None or known[0] != epoch:
            plan = self._sets[name].epoch(
                self._seed, epoch, self._stage.tokens_per_batch, self._stage.context
            )
            known = self._plans[name] = (epoch, plan)
        return known[1]
