"""The configuration of a training run, read from TOML. Every key is described here and checked."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from llm.errors import ConfigError
from llm.model.config import ModelConfig

Precision = Literal["auto", "float32", "bfloat16"]

_DEFAULT = ModelConfig(vocab_size=0)
"""Holds the shape that a model has where nothing else is said."""


class Section(BaseModel):
    """A table of the file: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shape(Section):
    """Shape of the model; see `llm.model.config.ModelConfig`. The vocabulary comes from the tokenizer."""

    hidden_size: int = Field(_DEFAULT.hidden_size, gt=0, description="Channels of the residual stream.")
    num_hidden_layers: int = Field(_DEFAULT.num_hidden_layers, gt=0, description="Layers.")
    num_attention_heads: int = Field(_DEFAULT.num_attention_heads, gt=0, description="Query heads.")
    num_key_value_heads: int = Field(_DEFAULT.num_key_value_heads, gt=0, description="Key and value heads.")
    head_dim: int = Field(_DEFAULT.head_dim, gt=0, description="Channels of a head.")
    intermediate_size: int = Field(
        _DEFAULT.intermediate_size, gt=0, description="Channels inside the feed-forward part."
    )
    max_position_embeddings: int = Field(
        _DEFAULT.max_position_embeddings, gt=0, description="Longest context, in tokens."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Shape:
        ModelConfig(vocab_size=1, **self.model_dump())
        return self


class Optimiser(Section):
    """Muon for matrices, AdamW for embeddings and norms."""

    matrix_learning_rate: float = Field(0.004, gt=0, description="Peak rate of Muon.")
    embedding_learning_rate: float = Field(0.004, gt=0, description="Peak rate of AdamW.")
    momentum: float = Field(0.95, ge=0, lt=1, description="Momentum of Muon.")
    weight_decay: float = Field(0.1, ge=0, description="Decoupled weight decay of matrices.")
    clip: float = Field(1.0, gt=0, description="Largest norm of all gradients together.")
    warmup: float = Field(0.02, ge=0, le=1, description="Share of the stage spent warming up.")
    decay: float = Field(0.6, ge=0, le=1, description="Share of the stage spent decaying.")
    final: float = Field(0.05, ge=0, le=1, description="Last rate as a share of the peak.")

    @model_validator(mode="after")
    def _has_a_peak(self) -> Optimiser:
        if self.warmup + self.decay > 1:
            raise ValueError(f"warmup ({self.warmup}) and decay ({self.decay}) are more than the whole stage")
        return self


class Stage(Section):
    """One stage of training: what is read, for how long, and how."""

    name: str = Field(description="Names the stage in logs.")
    mix: dict[str, Annotated[float, Field(ge=0)]] = Field(description="Sequence set to its share of batches.")
    extractive: list[str] = Field(
        default_factory=list, description="Sequence sets whose replies are spans of their prompts."
    )
    tokens: int | None = Field(None, gt=0, description="Length in tokens.")
    minutes: float | None = Field(None, gt=0, description="Length in minutes, instead of tokens.")
    context: int = Field(512, gt=1, description="Longest sequence, in tokens.")
    tokens_per_batch: int = Field(4096, gt=0, description="Tokens of a step in each process.")
    prompt_share: float = Field(
        0.0, ge=0, le=1, description="Share of the prompts' tokens that are learned like replies."
    )
    dropout: float = Field(0.0, ge=0, lt=1, description="Share of channels dropped.")
    optimiser: Optimiser = Field(default=Optimiser(), description="Rates and their course.")
    validate_every: int = Field(500, gt=0, description="Steps between validations.")
    patience: int | None = Field(
        None, gt=0, description="Validations without improvement before a stage ends, with its last weights."
    )

    @model_validator(mode="after")
    def _has_one_length(self) -> Stage:
        if (self.tokens is None) == (self.minutes is None):
            raise ValueError(f"stage {self.name!r} needs either tokens or minutes")
        return self

    @model_validator(mode="after")
    def _reads_something(self) -> Stage:
        if not 0 < sum(self.mix.values()) < math.inf:
            raise ValueError(f"the shares in the mix of stage {self.name!r} must add up to a number above 0")
        for name in self.extractive:
            if name not in self.mix:
                near = difflib.get_close_matches(name, self.mix, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ValueError(
                    f"stage {self.name!r} names {name!r} as extractive, which is not in its mix{hint}"
                )
        return self


class TrainingConfig(Section):
    """A training run."""

    name: str = Field(description="Names the run and its weights.")
    seed: int = Field(0, ge=0, lt=2**63, description="Makes data order and initial weights repeatable.")
    data: Path = Field(description="Folder of sequence sets and the tokenizer (`corpus build`).")
    output: Path = Field(description="Folder for checkpoints, metrics and the finished weights.")
    start: Path | None = Field(
        None, description="Weights folder to start from, not from nothing; a deeper shape adds layers to it."
    )
    blend_with: Path | None = Field(
        None, description="Weights folder whose mean with what was learned is kept; the start by default."
    )
    blend_share: float = Field(
        0.0, ge=0, lt=1, description="Share of these weights in the finished ones; none by default."
    )
    copying_circuits: bool = Field(
        True, description="Whether copying is written into the start, if hidden_size has room for two heads."
    )
    meanings_from: str | None = Field(
        None, description="Sequence set whose co-occurrences start the embedding; random if none."
    )
    shape: Shape = Field(default=Shape(), description="Shape of the model.")
    checkpoint_minutes: float = Field(5.0, gt=0, description="Minutes between checkpoints.")
    threads: int | None = Field(None, gt=0, description="Threads on a CPU; all by default.")
    precision: Precision = Field(
        "auto",
        description="Of matrix products; auto is the faster one. Weights and sums stay float32.",
    )
    compile: bool = Field(False, description="Whether layers are compiled; needs a C++ compiler.")
    validation: list[str] = Field(
        default_factory=list, description="Sequence sets whose loss is watched; first decides."
    )
    stage: list[Stage] = Field(min_length=1, description="The stages, in order.")

    @model_validator(mode="after")
    def _blends(self) -> TrainingConfig:
        if self.blend_share and not self.origins:
            raise ValueError("blend_share needs other weights: name their folder as start or blend_with")
        if self.blend_with and not self.blend_share:
            raise ValueError("blend_with needs the share of these weights: give it as blend_share")
        return self

    @model_validator(mode="after")
    def _reads_no_further_than_its_shape(self) -> TrainingConfig:
        # Weights to start from have a shape of their own where the config gives none.
        if self.start is None or "shape" in self.model_fields_set:
            check_context(self.stage, self.shape.max_position_embeddings)
        return self

    @property
    def origins(self) -> list[Path]:
        """The other weights that the finished ones come from: those to blend with first, and the start."""
        return [folder for folder in (self.blend_with, self.start) if folder is not None]


def check_context(stages: Iterable[Stage], longest: int) -> None:
    """Refuse stages that read longer sequences than the model has positions.

    Raises:
        ValueError: One does; it is named.
    """
    for stage in stages:
        if stage.context > longest:
            raise ValueError(
                f"the context of stage {stage.name!r} ({stage.context}) is longer than the model's "
                f"max_position_embeddings ({longest})"
            )


def load_config(path: Path) -> TrainingConfig:
    """Read a configuration; relative folders in it start at the file's own folder.

    Raises:
        ConfigError: The file is missing, no TOML, or has an unknown or impossible value; it is named.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The config {path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"The config {path} is not written in UTF-8: save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The config {path} is no valid TOML: {error}.") from error
    try:
        config = TrainingConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {explain(error)}") from error
    folder = path.parent
    places = {
        name: (folder / place).resolve()
        for name in ("data", "output", "start", "blend_with")
        if (place := getattr(config, name)) is not None
    }
    return config.model_copy(update=places)


def explain(error: ValidationError) -> str:
    """Say the first problem of a configuration in a sentence, with the nearest valid key."""
    problem = error.errors()[0]
    place = ".".join(str(step) for step in problem["loc"])
    if problem["type"] != "extra_forbidden":
        return f"{place or 'the config'}: {problem['msg'].removeprefix('Value error, ')}."
    unknown = str(problem["loc"][-1])
    near = difflib.get_close_matches(unknown, _keys(problem["loc"]), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    return f"unknown key {place!r}{hint}"


def _keys(place: tuple[Any, ...]) -> list[str]:
    """Return the valid keys of the table in which an unknown key stands."""
    names = [step for step in place[:-1] if isinstance(step, str)]
    sections: dict[str, type[Section]] = {"stage": Stage, "shape": Shape, "optimiser": Optimiser}
    section = sections.get(names[-1], TrainingConfig) if names else TrainingConfig
    return list(section.model_fields)
