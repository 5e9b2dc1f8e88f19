"""Snapshots of a run: everything that is needed to go on exactly where it stopped.

A snapshot is one safetensors file (weights and optimiser moments as tensors; counters as JSON in its
header), written beside the old one and then renamed over it: a kill at any moment leaves a whole
snapshot. Nothing is pickled. There is no random state in it: every step seeds its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from llm.errors import WeightsError
from llm.model.gpt import GPT
from llm.replaced_file import replaced_file

SNAPSHOT_FILE = "snapshot.safetensors"


@dataclass
class Progress:
    """Counters of a run, and what they count."""

    stage: int = 0
    """Number of the stage, from 0."""
    step: int = 0
    """Steps done in the stage."""
    stage_tokens: int = 0
    """Tokens read in the stage."""
    stage_seconds: float = 0.0
    """Seconds spent in the stage, over all sittings."""
    total_tokens: int = 0
    """Tokens read in the run."""
    total_seconds: float = 0.0
    """Seconds spent in the run."""
    cursors: dict[str, list[int]] = field(default_factory=dict)
    """Epoch and next batch of each sequence set."""
    best_loss: float | None = None
    """Lowest validation loss of the stage."""
    worse_validations: int = 0
    """Validations since then."""
    vocabulary: str = ""
    """Digest of the vocabulary that the data is written in; earlier versions kept none."""


def save_snapshot(
    folder: Path, model: GPT, optimisers: Mapping[str, torch.optim.Optimizer], progress: Progress
) -> None:
    """Write a snapshot in one atomic step.

    Raises:
        OSError: The disk is full or the folder cannot be written; the old snapshot is untouched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for name, optimiser in optimisers.items():
        for number, parameter in enumerate(_parameters(optimiser)):
            for key, value in optimiser.state.get(parameter, {}).items():
                tensors[f"optimiser.{name}.{number}.{key}"] = value
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    try:
        with replaced_file(folder / SNAPSHOT_FILE) as file:
            save_file(contiguous, file, metadata={"progress": json.dumps(asdict(progress))})
    except SafetensorError as error:
        raise OSError(f"the snapshot could not be written: {error}") from error


def load_progress(folder: Path) -> Progress:
    """Read the counters of a snapshot: they tell which stage's optimisers its moments belong to.

    Raises:
        WeightsError: The file is damaged.
    """
    path = folder / SNAPSHOT_FILE
    try:
        with safe_open(path, framework="pt") as file:
            return Progress(**json.loads(file.metadata()["progress"]))
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise _unusable(path) from error


def load_snapshot(folder: Path, model: GPT, optimisers: Mapping[str, torch.optim.Optimizer]) -> None:
    """Restore a snapshot into a model and its optimisers.

    Raises:
        WeightsError: The file is damaged or of another model.
    """
    path = folder / SNAPSHOT_FILE
    try:
        with safe_open(path, framework="pt") as file:
            tensors: dict[str, Tensor] = {
                name: file.get_tensor(name)
                for name in file.keys()  # noqa: SIM118 - a file is no mapping
            }
        weights = {
            name.removeprefix("model."): tensor
            for name, tensor in tensors.items()
            if name.startswith("model.")
        }
        model.load_state_dict(weights)
    except (SafetensorError, RuntimeError) as error:
        raise _unusable(path) from error
    for name, optimiser in optimisers.items():
        _restore(optimiser, f"optimiser.{name}.", tensors)


def _unusable(path: Path) -> WeightsError:
    return WeightsError(
        f"The snapshot {path} is damaged or belongs to another config: move it away to start anew."
    )


def _restore(optimiser: torch.optim.Optimizer, prefix: str, tensors: dict[str, Tensor]) -> None:
    parameters = _parameters(optimiser)
    for name, tensor in tensors.items():
        if name.startswith(prefix):
            number, key = name.removeprefix(prefix).split(".", 1)
            parameter = parameters[int(number)]
            place = "cpu" if key == "step" else parameter.device
            optimiser.state[parameter][key] = tensor.to(place)


def _parameters(optimiser: torch.optim.Optimizer) -> list[Tensor]:
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]
