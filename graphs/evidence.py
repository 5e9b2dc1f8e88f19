"""How likely a text answers a question: the model's grade, weighed with the text's likeness to the question.

A model reads closely but may be weak; embeddings know what a text is about but not what it says. A
logistic regression over both, fitted on development questions and stored with the weights that it was
fitted for (`python main.py calibrate`), is better than either. Without embeddings the grade stands
alone.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from graphs.ports import EmbeddingModel
from graphs.step import Ask, Work

SUREST = 1e-6
"""Probabilities closer to 0 or 1 than this count as this: log-odds have no bounds."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Weights of a logistic regression, and the embeddings that it was fitted with."""

    embeddings: EmbeddingModel | None = None
    """Tell how alike a text and a question are; None to go by the grade alone."""
    grade: float = 1.0
    """Weight of the log-odds of the model's grade."""
    similarity: float = 0.0
    """Weight of the cosine between the embeddings of question and text."""
    bias: float = 0.0

    @property
    def weights(self) -> dict[str, float]:
        """The fit by name, as `calibration.json` keeps it."""
        return {"grade": self.grade, "similarity": self.similarity, "bias": self.bias}

    def for_recurring_texts(self) -> Evidence:
        """Return the same evidence for texts that are few and come again and again: each is embedded once."""
        if self.embeddings is None:
            return self
        return replace(self, embeddings=_Remembering(self.embeddings))

    def weigh(
        self, question: str, texts: Sequence[str], grades: Sequence[float], context: str = ""
    ) -> Work[list[float]]:
        """Return the probability that each text answers the question.

        Args:
            question: The question.
            texts: Passages, sentences, or tools in words.
            grades: The model's own probability for each.
            context: What was said around it; where that is not empty, its likeness counts as much.
        """
        if self.embeddings is None or not texts:
            return list(grades)
        similarities: list[float] = yield Ask(
            lambda: self.similarities(question, texts, context),
            lambda: asyncio.to_thread(self.similarities, question, texts, context),
        )
        return [self.probability(grade, alike) for grade, alike in zip(grades, similarities, strict=True)]

    def probability(self, grade: float, similarity: float) -> float:
        """Weigh a grade (0 to 1) and a similarity (-1 to 1)."""
        return sigmoid(self.grade * log_odds(grade) + self.similarity * similarity + self.bias)

    def similarities(self, question: str, texts: Sequence[str], context: str = "") -> list[float]:
        """Return the cosine between a question and each text, or its mean with that of a context.

        Raises:
            ValueError: There are no embeddings.
        """
        if self.embeddings is None:
            raise ValueError("similarities need embeddings")
        asked = [question, context] if context else [question]
        queries = [self.embeddings.embed_query(words) for words in asked]
        told = self.embeddings.embed_documents(list(texts))
        cosines = _unit(np.asarray(told, dtype=np.float64)) @ _unit(np.asarray(queries, dtype=np.float64)).T
        means: list[float] = cosines.mean(axis=1).tolist()
        return means


@dataclass(frozen=True, slots=True)
class _Remembering:
    """Embeddings that keep the vectors of texts, but not those of questions."""

    embeddings: EmbeddingModel
    kept: dict[str, list[float]] = field(default_factory=dict)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        new = [text for text in texts if text not in self.kept]
        if new:
            self.kept.update(zip(new, self.embeddings.embed_documents(new), strict=True))
        return [self.kept[text] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embeddings.embed_query(text)


def log_odds(probability: float) -> float:
    """Return log(p / (1 - p)), kept finite."""
    bounded = min(max(probability, SUREST), 1 - SUREST)
    return math.log(bounded / (1 - bounded))


def sigmoid(score: float) -> float:
    """Return the probability whose log-odds are a score; scores beyond 30 count as 30."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12))
