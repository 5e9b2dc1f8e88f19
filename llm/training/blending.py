"""The mean of trained weights and others: those that they started from, or those of another run.

What a run practises it gains at the cost of what it does not read. On the way back to its start lie weights
that keep most of both ("Robust fine-tuning of zero-shot models", Wortsman et al. 2022), and between two runs
from one start weights that are better than either ("Model soups", Wortsman et al. 2022), as long as the runs
were short or their rates low.
"""

from __future__ import annotations

from llm.model.gpt import GPT


def blend(model: GPT, other: GPT, share: float) -> None:
    """Move a model some of the way to another.

    Args:
        model: The trained model, changed in place.
        other: The model that it started from, or one of the same start; of the same shape.
        share: Share of the other's weights in the new ones, 0 to 1.
    """
    others, own = other.state_dict(), model.state_dict()
    model.load_state_dict({name: own[name].lerp(others[name].to(own[name].device), share) for name in own})
