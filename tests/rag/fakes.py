"""A tiny embedding model, where equal texts get equal vectors by their hash, and a collection in memory."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from typing import Any

from langchain_core.embeddings import Embeddings

DIMENSIONS = 64


class FakeEmbedder(Embeddings):
    """Counts how many texts it was asked for."""

    def __init__(self, name: str = "fake", dimensions: int = DIMENSIONS) -> None:
        self.name = name
        self.dimensions = dimensions
        self.embedded: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.embedded.extend(texts)
        return [self._vector(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self._vector(text)

    def _vector(self, text: str) -> list[float]:
        vector = [0.01] * self.dimensions
        for word in re.findall(r"\w+", text.lower()):
            digest = hashlib.md5(word.encode(), usedforsecurity=False).hexdigest()
            vector[int(digest, 16) % self.dimensions] += 1.0
        return vector


class FakeCollection:
    """What a `VectorStore` is told, chunk by chunk, and how often."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex
        self.rows: dict[int, list[float]] = {}
        """The vector of each chunk."""
        self.upserts = self.deletions = 0

    def upsert(self, numbers: Sequence[int], vectors: Any) -> None:
        self.upserts += 1
        self.rows |= zip(numbers, vectors.tolist(), strict=True)

    def delete(self, numbers: Sequence[int]) -> None:
        self.deletions += 1
        for number in numbers:
            self.rows.pop(number, None)

    def clear(self) -> None:
        self.rows.clear()
        self.id = uuid.uuid4().hex
