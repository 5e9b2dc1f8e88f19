"""A folder of documents, indexed and searched: the class that the rest of the program meets."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rag.embedding import Embedder
from rag.errors import FolderError, NotIndexedError, RagError
from rag.limits import Limits
from rag.passage import Passage
from rag.progress import ProgressListener
from rag.report import IndexReport
from rag.splitter import Splitter, TokenCounter, estimate_tokens
from rag.storage.store import STORE_NAME, IndexedFile, Store
from rag.storage.writer_lock import writer_lock
from rag.watching import watch

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever

    from rag.storage.vector_store import VectorStore

_PIECES = 200  # of the embedding model's 256; the headings that go before a chunk need the rest


class FolderIndex:
    """The index of one folder.

    Args:
        folder: The documents; nothing is ever written there.
        data_dir: Where the index lies, one folder for each indexed folder; made where missing.
        embedder: Any object with `embed_documents` and `embed_query`; all-MiniLM-L6-v2 by default.
        token_counter: Counts tokens as the reading model does; four characters a token by default. Where it
            has a `name`, another name means that it counts otherwise.
        max_tokens: Upper bound of a passage, in tokens of `token_counter`.
        limits: What a single file may cost.
        chroma_url: Address of a Chroma server; by default Chroma runs embedded in `data_dir`.
        lock_seconds: How long to wait for another process that writes.
        embed_seconds: How long a refresh may embed, which is most of its work; None lets it finish. What then
            still waits is found by its words, and the next refresh goes on.

    Raises:
        FolderError: The folder is missing or cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        data_dir: Path,
        *,
        embedder: Embedder | None = None,
        token_counter: TokenCounter | None = None,
        max_tokens: int = 180,
        limits: Limits | None = None,
        chroma_url: str | None = None,
        lock_seconds: float = 5.0,
        embed_seconds: float | None = None,
    ) -> None:
        self.folder = _readable_folder(folder)
        self.data_dir = Path(data_dir).expanduser().resolve()
        self._given_embedder = embedder
        self._token_counter = token_counter or estimate_tokens
        self._max_tokens = max_tokens
        self._limits = limits or Limits()
        self._chroma_url = chroma_url
        self._lock_seconds = lock_seconds
        self._embed_seconds = embed_seconds
        self._lock = threading.RLock()
        self._refreshing = threading.Lock()
        self._store: Store | None = None
        self._vectors: VectorStore | None = None
        self._generation = ""

    def refresh(self, progress: ProgressListener | None = None) -> IndexReport:
        """Bring the index in line with the folder; only what changed is read.

        Raises:
            EmptyFolderError: Nothing in the folder can be indexed.
            IndexBusyError: Another process is writing this index.
        """
        from rag.refresh import Refresh, Tools

        _readable_folder(self.folder)
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self._refreshing, writer_lock(self.data_dir, self._lock_seconds):
            writer = Store(self.data_dir / STORE_NAME)
            try:
                vectors = self._reopen_vectors(writer)
                tools = Tools(writer, vectors, self._embedder, self._splitter(), self._limits)
                settings, seconds = self._settings(), self._embed_seconds
                report = Refresh(self.folder, tools, settings, progress, seconds, self.data_dir).run()
                self._generation = writer.get("generation")
                return report
            finally:
                writer.close()

    def search(
        self,
        question: str,
        k: int = 8,
        paths: Sequence[str] | None = None,
        *,
        merge_tokens: int | None = None,
        dense_weight: float | None = None,
    ) -> list[Passage]:
        """Return the passages that fit a question, best first.

        Args:
            question: In plain words.
            k: How many passages at most.
            paths: Search only in these: paths, folders, or patterns such as "*.md".
            merge_tokens: Neighbouring passages are joined up to so many tokens; by default up to
                `max_tokens`, and 0 leaves them apart.
            dense_weight: What the likeness by embedding counts, from 0, where the words alone rank, to 1; by
                default what was measured best.

        Raises:
            ValueError: `dense_weight` is not from 0 to 1.
            NotIndexedError: The folder was never indexed.
        """
        from rag.search.neighbours import merge_neighbours
        from rag.search.searcher import DENSE_WEIGHT, search

        weight = DENSE_WEIGHT if dense_weight is None else dense_weight
        if not 0.0 <= weight <= 1.0:
            raise ValueError(f"dense_weight is {weight}: give a number from 0 to 1")
        limit = self._max_tokens if merge_tokens is None else merge_tokens
        with self._lock:  # neither a refresh nor `close` in another thread must close anything meanwhile
            store = self._reader()
            found = search(store, self._fresh_vectors(store), self._embedder, question, k, paths, weight)
            if limit < 1:
                return found[:k]
            return merge_neighbours(
                found, k, lambda path: store.text(path) or "", lambda text: self._token_counter(text) <= limit
            )

    def text(self, path: str) -> str:
        """Return a document's text as it was indexed: every passage equals text[start:end] of it.

        Raises:
            RagError: The index has no such document.
        """
        with self._lock:
            text = self._reader().text(path)
        if text is None:
            raise RagError(f"{path!r} is not in the index of {self.folder}.")
        return text

    def files(self) -> list[IndexedFile]:
        """Return the indexed files, sorted by path."""
        with self._lock:
            return self._reader().files()

    def as_retriever(self, k: int = 8, paths: Sequence[str] | None = None) -> BaseRetriever:
        """Return a LangChain retriever over this index."""
        from rag.search.retriever import FolderRetriever

        return FolderRetriever(search=self.search, k=k, paths=None if paths is None else list(paths))

    def watch(self, stop: threading.Event, progress: ProgressListener | None = None) -> Iterator[IndexReport]:
        """Refresh now and after every change of the folder, until `stop` is set.

        Yields:
            The report of each refresh.
        """
        return watch(self, stop, progress)

    def close(self) -> None:
        """Let go of all files; the index may be used again and then opens them anew."""
        with self._lock:
            if self._store is not None:
                self._store.close()
            if self._vectors is not None:
                self._vectors.close()
            self._store = self._vectors = None

    def __enter__(self) -> FolderIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"FolderIndex({str(self.folder)!r}, {str(self.data_dir)!r})"

    @property
    def _embedder(self) -> Embedder:
        with self._lock:
            if self._given_embedder is None:
                from rag.minilm import MiniLM

                self._given_embedder = MiniLM()
            return self._given_embedder

    def _splitter(self) -> Splitter:
        count_pieces = getattr(self._embedder, "count_tokens", None)
        return Splitter(self._max_tokens, self._token_counter, _PIECES, count_pieces)

    def _settings(self) -> dict[str, object]:
        """Return what decides how documents are cut."""
        counter = self._token_counter
        kind = getattr(counter, "__qualname__", type(counter).__qualname__)
        return {"max_tokens": self._max_tokens, "token_counter": getattr(counter, "name", kind)}

    def _reader(self) -> Store:
        with self._lock:
            if self._store is None:
                path = self.data_dir / STORE_NAME
                if not path.is_file():
                    raise NotIndexedError(f"The folder {self.folder} is not indexed yet; index it first.")
                store = Store(path)
                if not store.get("settings"):  # the file is empty: it was cut off, or never filled
                    store.close()
                    raise NotIndexedError(f"The folder {self.folder} is not indexed yet; index it first.")
                self._store = store
            return self._store

    def _fresh_vectors(self, store: Store) -> VectorStore:
        """Return the collection, opened again when another process has written since."""
        with self._lock:
            generation = store.get("generation")
            # While this index is refreshed the collection is the one that is written to: it is fresh, and to
            # close it would end the writing.
            is_stale = generation != self._generation and not self._refreshing.locked()
            if self._vectors is None or is_stale:
                self._generation = generation
                return self._reopen_vectors(store)
            return self._vectors

    def _reopen_vectors(self, store: Store) -> VectorStore:
        from rag.storage.vector_store import VectorStore

        with self._lock:
            if self._vectors is not None:
                self._vectors.close()
                self._vectors = None  # should opening fail, the next search tries again
            name = f"homespun-{store.get('id')}"
            self._vectors = VectorStore(self.data_dir / "chroma", name, self._chroma_url)
            return self._vectors


def _readable_folder(folder: Path) -> Path:
    place = Path(folder).expanduser().resolve()
    if not place.exists():
        raise FolderError(f"The folder {folder} does not exist; check the name.")
    if not place.is_dir():
        raise FolderError(f"{folder} is a file, not a folder; name the folder that holds it.")
    if not os.access(place, os.R_OK | os.X_OK):
        raise FolderError(f"The folder {folder} cannot be read; check its permissions.")
    return place
