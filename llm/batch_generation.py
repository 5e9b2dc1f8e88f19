"""Many replies at once: each pass reads one token of every unfinished reply.

Reading the weights from memory costs more than computing with them, so eight replies together take
little longer than one. Prompts are padded at their beginnings, so that all replies grow at the same
place of the cache; a mask hides the padding.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import torch
from torch import Tensor

from llm.fair_lock import FairLock
from llm.fast_gpt import FastGPT
from llm.generation import Completion, Generation, Token


def write_batch(
    model: FastGPT, lock: FairLock, generations: Sequence[Generation], cancelled: threading.Event | None
) -> list[Completion]:
    """Finish all generations.

    Args:
        model: Computes the scores.
        lock: Held for one pass at a time.
        generations: Replies that have just begun.
        cancelled: Ends all of them before their next token when set.
    """
    batch = _Batch(model, generations)
    written: list[list[Token]] = [[] for _ in generations]
    while batch.unfinished and not (cancelled is not None and cancelled.is_set()):
        with lock:
            scores = batch.read()
        for row, index in enumerate(batch.unfinished):
            token = generations[index].take(scores[row])
            if token is not None:
                written[index].append(token)
        batch.drop_finished()
    return [
        Completion.of(tokens, generation.finish(cached_tokens=0))
        for tokens, generation in zip(written, generations, strict=True)
    ]


class _Batch:
    """The unfinished generations and their shared cache."""

    def __init__(self, model: FastGPT, generations: Sequence[Generation]) -> None:
        self._model = model
        self._generations = generations
        self.unfinished = list(range(len(generations)))
        """Index of the generation in each row."""
        prompts = [generation.prompt for generation in generations]
        longest = max(map(len, prompts))
        self._padding = torch.tensor([longest - len(prompt) for prompt in prompts])
        self._tokens = torch.tensor([[0] * (longest - len(prompt)) + prompt for prompt in prompts])
        capacity = longest + max(generation.limit for generation in generations)
        self._cache = model.new_cache(len(prompts), capacity)

    def read(self) -> Tensor:
        """Read the newest tokens; return the scores of the next token in each row (rows, V)."""
        start = self._cache.length
        places = torch.arange(start, start + self._tokens.shape[1])
        positions = (places - self._padding.unsqueeze(1)).clamp(min=0)
        states = self._model.states(
            self._tokens, cache=self._cache, positions=positions, mask=self._mask(places), last=1
        )
        return self._model.logits(states[:, -1])

    def drop_finished(self) -> None:
        """Keep the rows whose generation goes on, and make their last tokens the next to be read."""
        rows = [
            row for row, index in enumerate(self.unfinished) if self._generations[index].finish_reason is None
        ]
        if len(rows) < len(self.unfinished):
            self._cache.keep(rows)
            self._padding = self._padding[rows]
            self.unfinished = [self.unfinished[row] for row in rows]
        self._tokens = torch.tensor([[self._generations[index].output[-1]] for index in self.unfinished])

    def _mask(self, places: Tensor) -> Tensor:
        """Return which places each token may look at (rows, 1, T, S): earlier ones that are no padding.

        A padding token looks at itself, since attention to nothing has no value.
        """
        seen = torch.arange(int(places[-1]) + 1)
        is_real = seen >= self._padding.view(-1, 1, 1, 1)
        is_earlier = seen <= places.view(-1, 1)
        return (is_real & is_earlier) | (seen == places.view(-1, 1))
