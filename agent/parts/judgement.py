"""What the graphs go by when they decide, as it was fitted to the model of the settings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphs.judgement import Judgement

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from agent.configuration.settings import Settings
    from rag.embedding import Embedder


def open_judgement(settings: Settings, model: BaseChatModel, embedder: Embedder) -> Judgement:
    """Return what was fitted to the model, as the settings change it.

    Args:
        settings: Say how to quote, perhaps how sure an answer must be, and which embeddings are used.
        model: The loaded model.
        embedder: The loaded embeddings.
    """
    fitted = Judgement.fitted_to(model, None if settings.embedder else embedder)
    thresholds = fitted.thresholds
    if settings.confidence is not None:
        thresholds = replace(thresholds, abstention=settings.confidence)
    method = settings.quoting or fitted.quote_method
    return replace(fitted, thresholds=thresholds, quote_method=method)
