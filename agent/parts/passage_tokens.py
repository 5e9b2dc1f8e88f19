"""Measure passages in the tokens of the model that reads them."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from agent.configuration.settings import Settings
from agent.parts.models import is_foreign
from llm.errors import WeightsError
from llm.weights_folder import find_weights

if TYPE_CHECKING:
    from llm.tokenization.tokenizer import Tokenizer


class PassageTokens:
    """Counts tokens with the tokenizer in a folder of weights.

    Args:
        folder: The weights.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def name(self) -> str:
        """Tells one vocabulary from another: an index that was cut with another is cut anew."""
        from llm.tokenization.tokenizer import RANKS_FILE

        return hashlib.sha256((self._folder / RANKS_FILE).read_bytes()).hexdigest()[:16]

    def __call__(self, text: str) -> int:
        """Return how many tokens the model makes of a text."""
        return self._tokenizer.count(text)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from llm.tokenization.tokenizer import Tokenizer

        return Tokenizer.load(self._folder)


def passage_tokens(settings: Settings) -> PassageTokens | None:
    """Return the counter of the settings' model; None, for an estimate, where its weights are missing.

    Another provider's model has room enough: it gets the passages that the shipped model would get, so that
    changing the model does not index the documents again.
    """
    name = Settings().model if is_foreign(settings.model) else settings.model
    try:
        counter = PassageTokens(find_weights(name))
        _ = counter.name
    except (WeightsError, OSError):
        return None  # who needs the weights themselves will say so
    return counter
