"""What the graphs go by when they decide, as it was fitted to the model of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from graphs.judgement import Judgement

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from agent.configuration.settings import Settings
    from rag.embedding import Embedder

IN_PASSAGE = "abstention_in_passage"
"""Name of the threshold from which a question is answered from the one passage that comes with it; the best
passage of a folder looks surer than that."""


def open_judgement(
    settings: Settings, model: BaseChatModel, embedder: Embedder, *, one_passage: bool = False
) -> Judgement:
    """Return what was fitted to the model, as the settings change it.

    Args:
        settings: Say how to quote, perhaps how sure an answer must be, and which embeddings are used.
        model: The loaded model.
        embedder: The loaded embeddings.
        one_passage: Whether it answers from a passage that it is given, not from the best of a folder.
    """
    fitted = Judgement.fitted_to(model, None if settings.embedder else embedder)
    abstention = fitted.thresholds.abstention
    if one_passage:
        abstention = _published(model).get(IN_PASSAGE, abstention)
    if settings.confidence is not None:
        abstention = settings.confidence
    thresholds = replace(fitted.thresholds, abstention=abstention)
    method = settings.quoting or fitted.quote_method
    return replace(fitted, thresholds=thresholds, quote_method=method)


def _published(model: BaseChatModel) -> Mapping[str, float]:
    calibration = getattr(model, "calibration", None)
    return calibration.thresholds if calibration else {}
