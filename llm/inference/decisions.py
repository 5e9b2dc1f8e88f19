"""Scores of a few possible replies, for many prompts at once: decisions without writing a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

import torch
from torch import Tensor

from llm.inference.fast_gpt import FastGPT
from llm.model.kv_cache import KeyValueCache

BATCH_TOKENS = 4096
"""Most tokens read in one pass, padding included."""


@torch.inference_mode()
def score_choices(
    model: FastGPT,
    lock: AbstractContextManager[object],
    prompts: Sequence[Sequence[int]],
    choices: Sequence[Sequence[int]],
    among: Sequence[int] = (),
) -> Tensor:
    """Return the log-probability of each choice after each prompt (prompts, choices).

    Probabilities are shares of those of all tokens, or `among` some, to which the choices' tokens belong.

    Prompts of similar length share a pass. They are padded at their ends, where causal attention
    does not look, so no mask is needed until a choice has a second token. All of them are padded to whole
    blocks, so that a score does not depend on the prompts beside it. Other callers of the model have their
    turn between two passes.
    """
    scores = torch.empty(len(prompts), len(choices))
    for rows in _groups([len(prompt) for prompt in prompts]):
        with lock:
            scores[rows] = _score_group(model, [prompts[row] for row in rows], choices, among)
    return scores


def tokens_scored(prompts: Sequence[Sequence[int]], choices: Sequence[Sequence[int]]) -> int:
    """Return how many tokens are read to score choices: prompts, and after each all but the choices' ends."""
    return sum(map(len, prompts)) + len(prompts) * sum(len(choice) - 1 for choice in choices)


def _groups(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Divide prompts by length into groups of at most `BATCH_TOKENS` padded tokens."""
    group: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if group and (len(group) + 1) * lengths[row] > BATCH_TOKENS:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _score_group(
    model: FastGPT,
    prompts: Sequence[Sequence[int]],
    choices: Sequence[Sequence[int]],
    among: Sequence[int],
) -> Tensor:
    lengths = torch.tensor([len(prompt) for prompt in prompts])
    longest = model.padded_length(int(lengths.max()))
    padded = torch.tensor([[*prompt, *[0] * (longest - len(prompt))] for prompt in prompts])
    extra = max(map(len, choices)) - 1
    cache = model.new_cache(len(prompts), longest + extra) if extra else None
    states = model.states(padded, cache=cache, steady=model.steady_part(longest))
    first = _logprobs(model.logits(states[torch.arange(len(prompts)), lengths - 1]), among)
    columns = []
    for choice in choices:
        score = first[:, choice[0]]
        if cache is not None and len(choice) > 1:
            score = score + _score_rest(model, cache, lengths, choice, among)
        columns.append(score)
    return torch.stack(columns, dim=1)


def _score_rest(
    model: FastGPT, cache: KeyValueCache, lengths: Tensor, choice: Sequence[int], among: Sequence[int]
) -> Tensor:
    """Return the log-probability of a choice's tokens after its first (B,); the cache stays as it was."""
    held, length = cache.length, len(choice) - 1
    steps = torch.arange(length)
    tokens = torch.tensor([list(choice[:-1])]).expand(len(lengths), -1)
    prompt_part = torch.arange(held) < lengths.view(-1, 1, 1, 1)
    choice_part = steps <= steps.unsqueeze(1)
    mask = torch.cat(
        [prompt_part.expand(-1, 1, length, -1), choice_part.expand(len(lengths), 1, -1, -1)], dim=-1
    )
    states = model.states(tokens, cache=cache, positions=lengths.unsqueeze(1) + steps, mask=mask)
    cache.truncate(held)
    logprobs = _logprobs(model.logits(states), among)
    targets = torch.tensor(choice[1:]).expand(len(lengths), -1)
    return logprobs.gather(2, targets.unsqueeze(2)).squeeze(2).sum(1)


def _logprobs(logits: Tensor, among: Sequence[int]) -> Tensor:
    """Return log-probabilities of next tokens (…, V); those `among` which they count sum to one."""
    if not among:
        return logits.log_softmax(-1)
    return logits - logits[..., list(among)].logsumexp(-1, keepdim=True)
