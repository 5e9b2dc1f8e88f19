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

    from graphs.confidence import Confidence
    from graphs.evidence import Evidence
    from graphs.thresholds import Thresholds
    from rag.embedding import Embedder

IN_PASSAGE = "abstention_in_passage"
"""Name of the threshold from which a question is answered from the one passage that comes with it; the best
passage of a folder looks surer than that."""

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
    _ = model.engine  # reads the weights now, so that damage shows before anything else is begun
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


def open_thresholds(
    settings: Settings, model: BaseChatModel | None = None, *, one_passage: bool = False
) -> Thresholds:
    """Return how sure the model must be: as published with its weights, or as the settings say.

    Args:
        settings: Name the model, and perhaps the least confidence of an answer.
        model: The model, where it is loaded already.
        one_passage: Whether it answers from a passage that it is given, not from the best of a folder.
    """
    from graphs.thresholds import Thresholds

    if model is not None:
        calibration = getattr(model, "calibration", None)
    elif is_foreign(settings.model):
        calibration = None
    else:
        from llm.calibration import Calibration

        calibration = Calibration.load(find_weights(settings.model))
    values: dict[str, float] = dict(calibration.thresholds) if calibration else {}
    if one_passage and IN_PASSAGE in values:
        values["abstention"] = values[IN_PASSAGE]
    if settings.confidence is not None:
        values["abstention"] = settings.confidence
    known = Thresholds.__dataclass_fields__
    return Thresholds(**{name: value for name, value in values.items() if name in known})


def open_evidence(settings: Settings, model: BaseChatModel, embeddings: Embedder, kind: str) -> Evidence:
    """Return what counts beside the model's own probabilities, as fitted for its weights.

    The fit holds for the packaged embeddings: with others, and for a foreign model, these alone count.

    Args:
        settings: Say whether the embeddings are the packaged ones.
        model: The loaded model.
        embeddings: The loaded embeddings.
        kind: `evidence` for passages and sentences, `tool_evidence` for tools.
    """
    from graphs.evidence import Evidence

    weights = getattr(getattr(model, "calibration", None), kind, None)
    return Evidence(embeddings, **weights) if weights and not settings.embedder else Evidence()


def open_confidence(settings: Settings, model: BaseChatModel) -> Confidence:
    """Return how sure an answer is, as fitted for the weights together with their evidence.

    Args:
        settings: Say whether the embeddings are the packaged ones.
        model: The loaded model.
    """
    from graphs.confidence import Confidence

    weights = getattr(getattr(model, "calibration", None), "confidence", None)
    return Confidence(**weights) if weights and not settings.embedder else Confidence()


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
