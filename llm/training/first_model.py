"""The model that a run begins with: random weights, or those that it starts from."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from llm.errors import ConfigError
from llm.model.config import ModelConfig
from llm.model.gpt import GPT
from llm.tokenization.tokenizer import is_same_vocabulary
from llm.training.config import TrainingConfig
from llm.training.cooccurrence import token_vectors
from llm.training.growth import grown_from
from llm.training.initialisation import initialise
from llm.training.sequences import SequenceSet
from llm.training.snapshot import SNAPSHOT_FILE

MEANING_TOKENS = 60_000_000
"""Tokens that are counted for the embedding's start."""


def first_model(config: TrainingConfig, vocabulary_size: int) -> GPT:
    """Build the model of a run as it is before the first step.

    Raises:
        ConfigError: It cannot start from the weights that the config names.
        WeightsError: These are missing or damaged.
    """
    shape = ModelConfig(vocab_size=vocabulary_size, **config.shape.model_dump())
    if config.start is not None:
        return start_of(config.start, config, shape)
    model = GPT(shape)
    initialise(
        model, copying=config.copying_circuits, vectors=_token_vectors(config, shape), seed=config.seed
    )
    return model


def start_of(start: Path, config: TrainingConfig, shape: ModelConfig) -> GPT:
    """Load the weights that a run starts from.

    Raises:
        ConfigError: The data was written with another tokenizer (a vocabulary of equal size may still number
            its tokens otherwise), or the shape is no deeper one.
        WeightsError: The weights are missing or damaged.
    """
    has_shape = "shape" in config.model_fields_set
    model = grown_from(start, shape) if has_shape else GPT.from_pretrained(start)
    if not is_same_vocabulary(start, config.data):
        raise ConfigError(
            f"The run cannot start from {start}: the data in {config.data} was written with another "
            "tokenizer, so build it with that of the weights (`corpus build` keeps one that is there)."
        )
    return model


def _token_vectors(config: TrainingConfig, shape: ModelConfig) -> Tensor | None:
    is_resumed = (config.output / SNAPSHOT_FILE).exists()
    if config.meanings_from is None or is_resumed:
        return None
    tokens = SequenceSet(config.data / config.meanings_from).head(MEANING_TOKENS)
    return token_vectors(tokens, shape.vocab_size, shape.hidden_size, config.seed)
