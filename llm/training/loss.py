"""The loss of a batch: cross entropy where a token counts, for spans also among the tokens of the prompt."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from llm.training.sequences import Batch

EXTRACTIVE_SHARE = 0.75
"""Share of the loss of a span that is taken among the tokens of its prompt alone."""


def token_losses(logits: Tensor, batch: Batch, counts: Tensor) -> Tensor:
    """Return the cross entropy of each token that counts.

    A reply that is a span of its prompt will be written under a constraint that lets nothing else through.
    So most of its loss is taken as the constraint will choose, among the tokens of the prompt: what the
    model has to learn is which of them, and a narrow one cannot also tell them all from the whole vocabulary.

    Args:
        logits: Scores at the places that count (N, V).
        batch: What is learned.
        counts: Which places count (B, T).
    """
    targets = batch.targets.to(logits.device)[counts]
    losses = functional.cross_entropy(logits, targets, reduction="none")
    if not batch.is_extractive:
        return losses
    among = functional.cross_entropy(_of_prompt(logits, batch, counts, targets), targets, reduction="none")
    is_reply = batch.replied.to(logits.device)[counts]
    return torch.where(is_reply, losses.lerp(among, EXTRACTIVE_SHARE), losses)


def _of_prompt(logits: Tensor, batch: Batch, counts: Tensor, targets: Tensor) -> Tensor:
    """Leave the scores of what stands in each one's own sequence, and of the target."""
    inputs = batch.inputs.to(logits.device)
    present = torch.zeros(len(inputs), logits.shape[1], dtype=torch.bool, device=logits.device)
    present.scatter_(1, inputs, True)
    rows = counts.nonzero()[:, 0]
    held = present[rows].scatter_(1, targets.unsqueeze(1), True)
    return logits.masked_fill(~held, -torch.inf)
