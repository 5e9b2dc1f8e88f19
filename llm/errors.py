"""Errors of the model whose text is fit to be shown to a person."""

from __future__ import annotations


class ModelError(Exception):
    """Something about the model that the person can mend; the message says what and how."""


class RequestError(ValueError):
    """What is asked of the model is nothing that it can do: a mistake of the program that asks."""


class WeightsError(ModelError):
    """The weights folder is missing, incomplete or damaged."""


class ContextOverflowError(ModelError):
    """A prompt and its answer do not fit into the model's context."""

    def __init__(self, prompt_tokens: int, context_length: int) -> None:
        super().__init__(
            f"The prompt has {prompt_tokens} tokens but the model reads at most {context_length}: "
            "shorten the question or send fewer passages."
        )
        self.prompt_tokens = prompt_tokens
        self.context_length = context_length


class ConfigError(ModelError):
    """A configuration names a key or value that does not exist."""


class ConstraintError(ModelError):
    """A schema, pattern or grammar that a reply should keep to cannot be used."""
