"""Find and open the models that the settings name: the one that writes and the one that embeds."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.configuration.settings import Settings
from agent.errors import HomespunError, MissingExtraError
from llm.weights_folder import find_weights

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from rag.embedding import Embedder

_PROVIDER = re.compile(r"[a-z][a-z0-9_]+:(?!\\|/)\S+")


def is_foreign(name: str) -> bool:
    """Whether a model's name has the form provider:name, so it is none of ours."""
    return _PROVIDER.fullmatch(name) is not None and not Path(name).exists()


def own_weights_folder(name: str) -> Path:
    """Return the folder of one of Homespun's own models, for what needs the weights themselves.

    Raises:
        HomespunError: It is another provider's model.
        WeightsError: There are no such weights.
    """
    if is_foreign(name):
        raise HomespunError(
            f"The model {name!r} does not run here: this needs weights, choose them with --model FOLDER."
        )
    return find_weights(name)


def open_model(settings: Settings) -> BaseChatModel:
    """Load the language model of the settings.

    Raises:
        HomespunError: It cannot be opened, or its library is not installed.
        WeightsError: Its weights are missing or damaged.
    """
    if is_foreign(settings.model):
        return _open_foreign(settings)
    folder = find_weights(settings.model)
    from agent.parts.own_model import MeteredHomespun

    model = MeteredHomespun(model=str(folder), threads=settings.processors or None)
    # Reads the weights now, so that damage shows before anything else is begun.
    _ = model.engine, model.tool_engine
    return model


def open_embedder(settings: Settings) -> Embedder:
    """Load the embedding model of the settings.

    Raises:
        HomespunError: It is not on this machine, or no embedding model.
    """
    if not settings.embedder:
        from rag.minilm import MiniLM

        return MiniLM()
    try:
        from agent.parts.sentence_embedder import SentenceEmbedder

        return SentenceEmbedder(settings.embedder)
    except (OSError, ValueError) as error:
        raise HomespunError(
            f"There is no embedding model {settings.embedder!r} on this machine: name a folder that "
            "sentence-transformers can read, or leave the setting embedder empty for the packaged one."
        ) from error


def _open_foreign(settings: Settings) -> BaseChatModel:
    try:
        from langchain.chat_models import init_chat_model
    except ImportError:
        raise MissingExtraError(f"The model {settings.model}", "providers") from None
    more: dict[str, Any] = {"base_url": settings.base_url} if settings.base_url else {}
    if settings.model.startswith("openai:"):
        more["stream_usage"] = True  # otherwise a streamed reply does not say what it cost
    if settings.base_url and "OPENAI_API_KEY" not in os.environ:
        more["api_key"] = "none"  # local servers ask for no key, yet the client insists on one
    try:
        model: BaseChatModel = init_chat_model(settings.model, **more)
    except ImportError as error:
        raise HomespunError(f"The model {settings.model} needs another package: {error}") from error
    except ValueError as error:
        raise HomespunError(f"The model {settings.model} cannot be opened: {error}") from error
    return model
