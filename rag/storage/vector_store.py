"""The dense side of the index: a Chroma collection that holds one vector for each chunk.

Chroma gets our own vectors and never a text; it runs embedded in a folder, or as a server that many share.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import VectorStoreError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LITTLE_SPACE = 4 * 1024 * 1024  # bytes that are free where the disk is called full


class VectorStore:
    """One open collection.

    Args:
        folder: Where an embedded Chroma keeps its files; unused with a server.
        name: Name of the collection.
        url: Address of a Chroma server, as http://host:port; None runs Chroma embedded.
    """

    def __init__(self, folder: Path, name: str, url: str | None = None) -> None:
        os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
        self._url = url
        self._folder = folder
        self._client = _embedded(folder) if url is None else _remote(url)
        self._name = name
        try:
            self._collection = self._open()
        except VectorStoreError:
            self._client.close()  # or Chroma would hand out the same damaged files again
            raise

    def _open(self) -> Any:
        from chromadb.errors import NotFoundError

        with self._explained():
            try:
                return self._client.get_collection(self._name, embedding_function=None)
            except NotFoundError:
                return self._client.get_or_create_collection(
                    self._name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
                )

    @property
    def id(self) -> str:
        """Tells the collection from any other, also from one that takes its name once it is lost."""
        return str(self._collection.id)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say in one sentence what Chroma says in many exceptions of its own, httpx's and Rust's."""
        try:
            yield
        except BaseException as error:  # a panic of its Rust is no Exception
            if not _is_chromas(error):
                raise
            if self._url is None:
                advice = _advice(self._folder, error)
            else:
                advice = f"check the Chroma server at {self._url}"
            raise VectorStoreError(f"The vectors cannot be reached ({error}); {advice}.") from error

    def upsert(self, numbers: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Put vectors under chunk numbers; a server takes a few thousand at once."""
        with self._explained():
            self._collection.upsert(ids=[str(number) for number in numbers], embeddings=vectors)

    def delete(self, numbers: Sequence[int]) -> None:
        """Forget chunks, a few thousand at once; numbers that are not there are passed over."""
        with self._explained():
            self._collection.delete(ids=[str(number) for number in numbers])

    def nearest(self, vector: Sequence[float], k: int) -> list[tuple[int, float]]:
        """Return (chunk number, cosine similarity) of the nearest chunks, best first."""
        with self._explained():
            found = self._collection.query(
                query_embeddings=[list(vector)], n_results=k, include=["distances"]
            )
        return [
            (int(number), 1.0 - float(distance))
            for number, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def count(self) -> int:
        """Return how many vectors the collection holds."""
        with self._explained():
            return int(self._collection.count())

    def clear(self) -> None:
        """Begin again with an empty collection, perhaps of other dimensions."""
        with self._explained():
            self._client.delete_collection(self._name)
        self._collection = self._open()

    def close(self) -> None:
        """Let go of the files, so that another process's changes are seen on the next opening."""
        self._client.close()


def _embedded(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    folder.mkdir(parents=True, exist_ok=True)
    try:
        return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    except BaseException as error:  # a panic of its Rust is no Exception
        if not _is_chromas(error):
            raise
        _forget(folder)
        raise VectorStoreError(
            f"The vectors in {folder} cannot be read ({error}); {_advice(folder, error)}."
        ) from None


def _is_chromas(error: BaseException) -> bool:
    """Whether an error is one of Chroma's: its Rust part panics with what is no `Exception`."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _forget(folder: Path) -> None:
    """Take a client that failed to start from Chroma's table, which would hand it out ever after."""
    from chromadb.api.shared_system_client import SharedSystemClient

    if str(folder) not in SharedSystemClient._identifier_to_refcount:
        SharedSystemClient._identifier_to_system.pop(str(folder), None)


def _advice(folder: Path, error: BaseException) -> str:
    """Tell a full disk, which damages nothing, from damage; Chroma names both as it likes."""
    said = str(error).lower()
    is_full = shutil.disk_usage(folder).free < _LITTLE_SPACE
    if is_full or any(word in said for word in ("disk is full", "disk i/o", "no space", "too large")):
        return "free some space on its disk and try again"
    return f"delete the folder {folder} and index again"


def _remote(url: str) -> Any:
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url if "//" in url else f"http://{url}")
    try:
        return chromadb.HttpClient(
            host=parts.hostname or "localhost",
            port=parts.port or 8000,
            ssl=parts.scheme == "https",
            settings=Settings(anonymized_telemetry=False),
        )
    except Exception as error:  # the client raises ValueError for whatever kept it from the server
        raise VectorStoreError(
            f"No Chroma server answers at {url} ({error}); start one with: chroma run"
        ) from None
