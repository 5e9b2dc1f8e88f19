"""What a graph goes by when it decides: how sure is sure enough, and what counts beside the model's word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from langchain_core.language_models import BaseChatModel

from graphs.confidence import Confidence
from graphs.evidence import Evidence
from graphs.ports import CalibratedModel, EmbeddingModel, offers
from graphs.thresholds import Thresholds

QuoteMethod = Literal["generate", "score"]
"""How the sentence to quote is found: the model copies it out, or it grades every sentence."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """How decisions are made; as it is, by any chat model alone.

    Raises:
        ValueError: There is no such quote method.
    """

    thresholds: Thresholds = field(default_factory=Thresholds)
    """How sure the model must be."""
    evidence: Evidence = field(default_factory=Evidence)
    """What counts beside the model's grades of passages and sentences."""
    confidence: Confidence = field(default_factory=Confidence)
    """How sure an answer is, from the probabilities of its parts."""
    tool_evidence: Evidence = field(default_factory=Evidence)
    """What counts beside the model's probability of a call; without embeddings it decides alone."""
    quote_method: QuoteMethod = "generate"

    def __post_init__(self) -> None:
        check_quote_method(self.quote_method)

    @classmethod
    def fitted_to(cls, model: BaseChatModel, embeddings: EmbeddingModel | None) -> Judgement:
        """Return what was fitted to a model (`python main.py calibrate`); to a foreign one nothing was.

        Args:
            model: The chat model.
            embeddings: Those that the fit was made with, which are the packaged ones; None where others are
                used. Then the model's own probabilities count alone, held against the fitted thresholds.
        """
        if not offers(model, CalibratedModel):
            return cls()
        fit = model.calibration
        known = Thresholds.__dataclass_fields__
        thresholds = Thresholds(**{name: value for name, value in fit.thresholds.items() if name in known})
        if embeddings is None:
            return cls(thresholds, quote_method="score")
        return cls(
            thresholds,
            _evidence(embeddings, fit.evidence),
            Confidence(**fit.confidence),
            _evidence(embeddings, fit.tool_evidence),
            quote_method="score",
        )


def check_quote_method(name: str) -> None:
    """Refuse a way to quote that there is not."""
    if name not in get_args(QuoteMethod):
        raise ValueError(f"quote_method must be generate or score, not {name!r}.")


def _evidence(embeddings: EmbeddingModel, weights: Mapping[str, float]) -> Evidence:
    return Evidence(embeddings, **weights) if weights else Evidence()
