"""A tiny embedding model: words become numbers by their hash, so equal texts get equal vectors."""

from __future__ import annotations

import hashlib
import re

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
