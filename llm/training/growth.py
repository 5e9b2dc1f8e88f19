"""A deeper model that begins where a shallower one ended.

Layers are copied, spread evenly over the depth, and what a copy adds to the stream is zero at first: the
grown model computes what the given one does, and training makes use of the new layers ("LLaMA Pro:
Progressive LLaMA with Block Expansion", Wu et al. 2024). So a run can buy capacity without paying again for
what was learned.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from torch import Tensor

from llm.errors import ConfigError
from llm.model.config import ModelConfig
from llm.model.gpt import GPT

_LAYER = re.compile(r"model\.layers\.(\d+)\.(.+)")
_ADDED_TO_STREAM = ("self_attn.o_proj.weight", "mlp.down_proj.weight")


def grown_from(folder: Path, wanted: ModelConfig) -> GPT:
    """Load weights and give them the layers that the wanted shape has more.

    Raises:
        ConfigError: The shapes differ in something else; it is named.
        WeightsError: The weights cannot be read.
    """
    model = GPT.from_pretrained(folder)
    for name, value in dataclasses.asdict(wanted).items():
        given = getattr(model.config, name)
        is_deeper = name == "num_hidden_layers" and value > given
        if value != given and not is_deeper:
            raise ConfigError(
                f"The run cannot start from {folder}: {name} is {given} there and {value} in the config. "
                "Only layers can be added."
            )
    return deepen(model, wanted.num_hidden_layers)


def deepen(model: GPT, layers: int) -> GPT:
    """Return a model of more layers that computes the same.

    Args:
        model: The model to begin from.
        layers: How many layers the new one has, at least as many as the given one.
    """
    now = model.config.num_hidden_layers
    origins = [(origin, copy) for origin in range(now) for copy in range(_copies(origin, now, layers))]
    deeper = GPT(dataclasses.replace(model.config, num_hidden_layers=layers), dropout=model.dropout)
    weights = model.state_dict()
    deeper.load_state_dict({name: _weight(name, weights, origins) for name in deeper.state_dict()})
    return deeper


def _copies(origin: int, now: int, layers: int) -> int:
    """Return how many of the layers come from this one, so that copies stand at even distances."""
    return (origin + 1) * layers // now - origin * layers // now


def _weight(name: str, weights: dict[str, Tensor], origins: list[tuple[int, int]]) -> Tensor:
    found = _LAYER.fullmatch(name)
    if found is None:
        return weights[name]
    origin, copy = origins[int(found[1])]
    weight = weights[f"model.layers.{origin}.{found[2]}"]
    return weight.new_zeros(weight.shape) if copy and found[2] in _ADDED_TO_STREAM else weight
