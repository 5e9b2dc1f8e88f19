"""Any embedding model of sentence-transformers, for the setting `embedder`."""

from __future__ import annotations

from typing import Any

from langchain_core.embeddings import Embeddings


class SentenceEmbedder(Embeddings):
    """A sentence-transformers model as LangChain's `Embeddings`.

    Args:
        name: A folder, or the name of a model that is on this machine already.
    """

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        self.name = name
        self._model: Any = SentenceTransformer(name)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts as unit vectors."""
        vectors: list[list[float]] = self._model.encode(texts, normalize_embeddings=True).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Embed one question as a unit vector."""
        return self.embed_documents([text])[0]
