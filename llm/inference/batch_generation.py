"""Many replies at once: each pass reads one token of every unfinished reply.

Reading the weights from memory costs more than computing with them, so eight replies together take
little longer than one. Prompts are read one after the other, as they are when they are alone; what was
read is moved to the ends of their rows, so that all replies grow at the same place of the cache, and a
mask hides what stands before.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import torch
from torch import Tensor

from llm.inference.fair_lock import FairLock
from llm.inference.fast_gpt import FastGPT
from llm.inference.generation import Completion, Generation, Token
from llm.model.kv_cache import KeyValueCache


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
        self._longest = longest
        self._padding = torch.tensor([longest - len(prompt) for prompt in prompts])
        self._tokens = torch.zeros(len(prompts), 1, dtype=torch.long)
        capacity = longest + max(generation.limit for generation in generations)
        self._cache = model.new_cache(len(prompts), capacity)

    def read(self) -> Tensor:
        """Read the newest tokens; return the scores of the next token in each row (rows, V)."""
        start = self._cache.length
        if start == 0:
            return self._read_prompts()
        places = torch.arange(start, start + self._tokens.shape[1])
        positions = places - self._padding.unsqueeze(1)
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

    def _read_prompts(self) -> Tensor:
        scores = []
        read: dict[tuple[int, ...], tuple[Tensor, KeyValueCache]] = {}
        for row, generation in enumerate(self._generations):
            prompt = tuple(generation.prompt)
            if prompt not in read:  # several replies to one prompt: it is read once
                read[prompt] = self._read_alone(generation.prompt)
            scored, alone = read[prompt]
            scores.append(scored)
            start = self._longest - len(prompt)
            self._cache.keys[:, row, :, start : self._longest] = alone.keys[:, 0]
            self._cache.values[:, row, :, start : self._longest] = alone.values[:, 0]
        self._cache.advance(self._longest)
        return torch.stack(scores)

    def _read_alone(self, prompt: list[int]) -> tuple[Tensor, KeyValueCache]:
        """Return the scores of the next token (V,), and the cache of the prompt."""
        alone = self._model.new_cache(capacity=len(prompt))
        states = self._model.states(
            torch.tensor([prompt]), cache=alone, last=1, steady=self._model.steady_part(len(prompt))
        )
        return self._model.logits(states[0, -1]), alone

    def _mask(self, places: Tensor) -> Tensor:
        """Return which places each token may look at (rows, 1, T, S): earlier ones that are no padding."""
        seen = torch.arange(int(places[-1]) + 1)
        return (seen >= self._padding.view(-1, 1, 1, 1)) & (seen <= places.view(-1, 1))
