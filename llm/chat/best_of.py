"""The likeliest of several constrained replies to one prompt.

Greedy decoding under a constraint commits to the likeliest first token, even where no likely reply begins
with it. So several replies are written in one batch, each under a constraint of its own, and the whole of
each is scored by the model without its constraint. What that costs is told with the end of the reply
(`Finish.also_read`, `Finish.also_written`).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from llm.inference.decisions import tokens_scored
from llm.inference.generation import Completion
from llm.tokenization.opening import OPENING

if TYPE_CHECKING:
    from llm.inference.constraints import Constraint, ConstraintState
    from llm.inference.engine import Engine
    from llm.inference.sampling import GenerationSettings


def branches(
    engine: Engine, prompt: Sequence[int], constraint: Constraint, count: int
) -> tuple[list[Constraint], int]:
    """Return the constraint once for each of the likeliest first tokens that it allows, and the tokens read.

    Wang and Zhou 2024, "Chain-of-Thought Reasoning without Prompting", decode so. All numbers begin with the
    same token, the space that opens a text: they are told apart by the token after it.

    Args:
        engine: Of the model that replies.
        prompt: Token ids.
        constraint: What the reply is held to.
        count: How many first tokens, at most.
    """
    state = constraint.start()
    begun, tokens_read = likeliest_tokens(engine, prompt, state, count), len(prompt)
    opening = tuple(engine.tokenizer.encode(OPENING))
    if opening in begun:
        score = begun.pop(opening)
        for token in opening:
            state.advance(token)
        following = likeliest_tokens(engine, [*prompt, *opening], state, count)
        tokens_read += len(prompt) + len(opening)
        begun |= {opening + tokens: score + more for tokens, more in following.items()}
    likeliest = sorted(begun, key=begun.__getitem__, reverse=True)[:count]
    return [constraint.beginning_with(tokens) for tokens in likeliest], tokens_read


def likeliest_tokens(
    engine: Engine, prompt: Sequence[int], state: ConstraintState, count: int
) -> dict[tuple[int, ...], float]:
    """Return the likeliest next tokens that a state allows, each alone, and their log-probabilities."""
    allowed = state.allowed().nonzero().flatten().tolist()
    best = engine.choice_logprobs([prompt], [[token] for token in allowed])[0].topk(min(count, len(allowed)))
    return {(allowed[place],): score for score, place in zip(*map(Tensor.tolist, best), strict=True)}


def complete_best(
    engine: Engine,
    prompt: Sequence[int],
    settings: GenerationSettings,
    constraints: Sequence[Constraint],
    cancelled: threading.Event | None = None,
    tokens_read: int = 0,
) -> Completion:
    """Reply under each constraint; return the reply whose tokens are likeliest on average.

    So a long reply has no disadvantage. The replies are held to words of the prompt, and each token is
    weighed among those of the prompt, as spans are learned (`llm.training.loss`).

    Args:
        engine: Of the model that replies.
        prompt: Token ids.
        settings: How to choose tokens.
        constraints: What each reply is held to; at least one.
        cancelled: Ends all replies before their next tokens when set.
        tokens_read: How many were read to find the constraints.

    Raises:
        ContextOverflowError: The prompt leaves no room for a reply.
    """
    completions, replies = _complete(engine, prompt, settings, constraints, cancelled)
    among = sorted({*prompt, *chain.from_iterable(replies)})
    sums = engine.choice_logprobs([prompt], replies, among)[0]
    best = int(per_token(sums, replies).argmax())
    return _taken(best, completions, tokens_read + tokens_scored([prompt], replies))


def _complete(
    engine: Engine,
    prompt: Sequence[int],
    settings: GenerationSettings,
    constraints: Sequence[Constraint],
    cancelled: threading.Event | None,
) -> tuple[list[Completion], list[list[int]]]:
    """Reply under each constraint; return the replies and their tokens, the end included."""
    completions = engine.complete_batch([prompt] * len(constraints), settings, constraints, cancelled)
    end = engine.tokenizer.end_id
    return completions, [[*(token.id for token in one.tokens), end] for one in completions]


def _taken(index: int, completions: Sequence[Completion], tokens_read: int) -> Completion:
    """Return one of the replies; its end tells what the others and the weighing of all have cost."""
    taken = completions[index]
    written = sum(one.finish.output_tokens for one in completions) - taken.finish.output_tokens
    finish = replace(taken.finish, also_read=tokens_read, also_written=written)
    return replace(taken, finish=finish)


def per_token(sums: Tensor, replies: Sequence[Sequence[int]]) -> Tensor:
    """Return the mean log-probability of the tokens of each reply, of its sum."""
    return sums / torch.tensor([len(reply) for reply in replies])
