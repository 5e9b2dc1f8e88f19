"""Ask any embedding model for vectors, and know one model from another."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from rag.errors import RagError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONGEST_HEADING = 150


class Embedder(Protocol):
    """What is asked of an embedding model; every LangChain `Embeddings` object has it."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text."""

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""


def embedder_name(embedder: Embedder) -> str:
    """Return a name that changes when the vectors would."""
    own: Any = embedder
    for attribute in ("name", "model_name", "model"):
        if isinstance(value := getattr(own, attribute, None), str):
            return value
    return f"{type(own).__module__}.{type(own).__qualname__}"


def text_to_embed(heading: str, text: str) -> str:
    """Return what stands for a chunk in the model's eyes: its headings, innermost kept, then its text."""
    return f"{heading[-_LONGEST_HEADING:]}\n{text}" if heading else text


def vector_key(name: str, text: str) -> bytes:
    """Return the key under which a text's vector is kept."""
    return hashlib.blake2b(f"{name}\0{text}".encode(), digest_size=16).digest()


def embed(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return unit vectors, one row for each text.

    Raises:
        RagError: The model returned something else than one vector for each text.
    """
    import numpy as np

    vectors = np.asarray(embedder.embed_documents(list(texts)), dtype=np.float32)
    if vectors.ndim != 2 or len(vectors) != len(texts):
        raise RagError(f"The embedding model {embedder_name(embedder)} gave no vector for some texts.")
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)
