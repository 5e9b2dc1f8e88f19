"""The mean of trained weights and those that they started from.

What a run practises it gains at the cost of what it does not read. On the way from one to the other lie
weights that keep most of both ("Robust fine-tuning of zero-shot models", Wortsman et al. 2022), as long as
the run was short or its rate low.
"""

from __future__ import annotations

from llm.model.gpt import GPT


def blend(model: GPT, start: GPT, share: float) -> None:
    """Move a model some of the way back to where it started.

    Args:
        model: The trained model, changed in place.
        start: The model that it started from, of the same shape.
        share: Share of the old weights in the new ones, 0 to 1.
    """
    old, new = start.state_dict(), model.state_dict()
    model.load_state_dict({name: new[name].lerp(old[name].to(new[name].device), share) for name in new})
