"""The likeliest of several constrained replies to one prompt.

Greedy decoding under a constraint commits to the likeliest first token, even where no likely reply begins
with it. So several replies are written in one batch, each under a constraint of its own, and the whole of
each is scored by the model without its constraint.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from llm.inference.generation import Completion

if TYPE_CHECKING:
    from llm.inference.constraints import Constraint
    from llm.inference.engine import Engine
    from llm.inference.sampling import GenerationSettings

SURE = -0.08
"""Mean log-probability of a token from which a model is sure of what it wrote."""

FAR_LIKELIER = 15.0
"""Nats by which written arguments must be likelier than copied ones where the model is not sure."""


def branches(engine: Engine, prompt: Sequence[int], constraint: Constraint, count: int) -> list[Constraint]:
    """Return the constraint once for each of the likeliest first tokens that it allows.

    Wang and Zhou 2024, "Chain-of-Thought Reasoning without Prompting", decode so.

    Args:
        engine: Of the model that replies.
        prompt: Token ids.
        constraint: What the reply is held to.
        count: How many first tokens, at most.
    """
    allowed = constraint.start().allowed().nonzero().flatten().tolist()
    scores = engine.choice_logprobs([prompt], [[token] for token in allowed])[0]
    likeliest: list[int] = scores.topk(min(count, len(allowed))).indices.tolist()
    return [constraint.beginning_with(allowed[index]) for index in likeliest]


def complete_best(
    engine: Engine,
    prompt: Sequence[int],
    settings: GenerationSettings,
    constraints: Sequence[Constraint],
    *,
    per_token: bool,
    cancelled: threading.Event | None = None,
) -> Completion:
    """Reply under each constraint; return the reply with the highest log-probability.

    Args:
        engine: Of the model that replies.
        prompt: Token ids.
        settings: How to choose tokens.
        constraints: What each reply is held to; at least one.
        per_token: Compare means over the tokens, so that a long reply has no disadvantage; otherwise sums.
        cancelled: Ends all replies before their next tokens when set.

    Raises:
        ContextOverflowError: The prompt leaves no room for a reply.
    """
    completions, sums, means = _complete(engine, prompt, settings, constraints, cancelled)
    return completions[int((means if per_token else sums).argmax())]


def complete_call(
    engine: Engine,
    prompt: Sequence[int],
    settings: GenerationSettings,
    written: Constraint,
    copied: Constraint,
    cancelled: threading.Event | None = None,
) -> Completion:
    """Call a tool with arguments that the model writes freely, or copies from what was said.

    A small model misspells what it copies letter by letter, so its own words stand only where it is sure of
    them or finds them far likelier than any copy. Measured on held-out calls of 247 single requests and 124
    dialogues (docs/LOG.md).

    Args:
        engine: Of the model that replies.
        prompt: Token ids.
        settings: How to choose tokens.
        written: Holds the call to the tool's schema.
        copied: Holds its free strings to what was said as well.
        cancelled: Ends both replies before their next tokens when set.

    Raises:
        ContextOverflowError: The prompt leaves no room for a reply.
    """
    completions, sums, means = _complete(engine, prompt, settings, (written, copied), cancelled)
    is_sure = means[0] >= SURE and sums[0] >= sums[1]
    return completions[0] if is_sure or sums[0] - sums[1] > FAR_LIKELIER else completions[1]


def _complete(
    engine: Engine,
    prompt: Sequence[int],
    settings: GenerationSettings,
    constraints: Sequence[Constraint],
    cancelled: threading.Event | None,
) -> tuple[list[Completion], Tensor, Tensor]:
    """Reply under each constraint; return the replies, their log-probabilities, and those per token."""
    completions = engine.complete_batch([prompt] * len(constraints), settings, constraints, cancelled)
    replies = [[*(token.id for token in one.tokens), engine.tokenizer.end_id] for one in completions]
    sums = engine.choice_logprobs([prompt], replies)[0]
    return completions, sums, sums / torch.tensor([len(reply) for reply in replies])
