"""Bring the index in line with the folder: read what changed, embed what is new, forget what is gone."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.embedding import Embedder, embed, embedder_name, text_to_embed, vector_key
from rag.errors import EmptyFolderError, LoadError, VanishedError
from rag.limits import Limits
from rag.loaders.document import LoadedDocument
from rag.loaders.sandbox import Sandbox
from rag.outbox import begin_anew, deliver
from rag.progress import Progress, ProgressListener
from rag.reading import UNSETTLED, FileContent, load_document, read_content
from rag.report import FailedFile, IndexReport
from rag.splitter import SPLITTER_VERSION, Splitter
from rag.store import HEADING_JOINT, KnownFile, Store, StoredDocument
from rag.vector_store import VectorStore
from rag.walk import FoundFile, Walk

LOADER_VERSION = 1
"""Raise it when a file would be loaded differently: every index is then rebuilt."""

_BATCH_CHUNKS = 512  # enough texts to sort by length; few enough to lose little when killed


@dataclass(slots=True)
class _Batch:
    """Documents that are loaded and split but not yet stored."""

    documents: list[StoredDocument] = field(default_factory=list)
    texts: dict[bytes, str] = field(default_factory=dict)
    chunks: int = 0

    def add(self, document: StoredDocument, texts: Sequence[str]) -> None:
        self.documents.append(document)
        self.texts.update(zip(document.vectors, texts, strict=True))
        self.chunks += len(texts)


@dataclass(frozen=True, slots=True)
class Tools:
    """What a refresh works with."""

    store: Store
    vectors: VectorStore
    embedder: Embedder
    splitter: Splitter
    limits: Limits


class Refresh:
    """One pass over the folder; make a new one for each."""

    def __init__(
        self,
        folder: Path,
        tools: Tools,
        settings: dict[str, object],
        listener: ProgressListener | None,
    ) -> None:
        self._folder = folder
        self._store = tools.store
        self._vectors = tools.vectors
        self._embedder = tools.embedder
        self._embedder_name = embedder_name(tools.embedder)
        self._splitter = tools.splitter
        self._settings = settings | {"loaders": LOADER_VERSION, "splitter": SPLITTER_VERSION}
        self._limits = tools.limits
        self._listener = listener
        self._report = IndexReport()
        self._batch = _Batch()
        self._began = time.monotonic()
        self._files_done = self._bytes_done = self._chunks_done = 0
        self._files_total = self._bytes_total = 0

    def run(self) -> IndexReport:
        """Do it all and report.

        Raises:
            EmptyFolderError: Nothing in the folder can be indexed.
        """
        self._apply_settings()
        if self._vectors.is_new:
            begin_anew(self._store)
        deliver(self._store, self._vectors)
        walk = Walk(self._folder).run()
        known = self._store.known_files()
        self._forget(known.keys() - {file.path for file in walk.files})
        self._read(self._select(walk.files, known), known)
        deliver(self._store, self._vectors)
        self._store.drop_unused_vectors()
        return self._finish(walk)

    def _apply_settings(self) -> None:
        """Start anew when the vectors or the chunks would come out differently than the stored ones."""
        settings = json.dumps(self._settings | {"embedder": self._embedder_name}, sort_keys=True)
        if self._store.get("settings") in ("", settings):
            self._store.put("settings", settings)
            return
        with self._store.transaction():
            self._store.clear()
            self._store.rows("DELETE FROM outbox")
            self._store.put("settings", settings)
        self._vectors.clear()

    def _forget(self, paths: set[str]) -> None:
        with self._store.transaction():
            for path in paths:
                self._store.remove(path)
        self._report.removed += len(paths)

    def _select(self, files: list[FoundFile], known: dict[str, KnownFile]) -> list[FoundFile]:
        """Return the files that must be read; failures without content are always tried again."""
        wanted = []
        for file in files:
            before = known.get(file.path)
            if before and before.stamp == file.stamp and before.digest:
                self._report.unchanged += before.error is None
            else:
                wanted.append(file)
        self._files_total = len(wanted)
        self._bytes_total = sum(file.stamp.size for file in wanted)
        return wanted

    def _read(self, files: list[FoundFile], known: dict[str, KnownFile]) -> None:
        with Sandbox(self._limits) as sandbox:
            for file in files:
                self._take(file, known.get(file.path), sandbox)
                if self._batch.chunks >= _BATCH_CHUNKS:
                    self._flush()
                self._files_done += 1
                self._bytes_done += file.stamp.size
                self._tell(file.path)
            self._flush()

    def _take(self, file: FoundFile, before: KnownFile | None, sandbox: Sandbox) -> None:
        try:
            content = read_content(file, self._limits)
        except VanishedError:
            self._forget({file.path} if before else set())
            return
        except LoadError as error:
            self._fail(file.path, None, str(error))
            return
        if before and before.digest == content.digest:
            self._store.touch(before.id, content.stamp)
            self._report.unchanged += before.error is None
            return
        try:
            document = load_document(file.path, content.data, self._limits, sandbox)
        except LoadError as error:
            self._fail(file.path, content, str(error))
            return
        if before is None:
            self._report.added += 1
        else:
            self._report.changed += 1
        self._add(file.path, content, document)

    def _fail(self, path: str, content: FileContent | None, reason: str) -> None:
        stamp, digest = (content.stamp, content.digest) if content else (UNSETTLED, None)
        with self._store.transaction():
            self._store.fail(path, stamp, digest, reason)

    def _add(self, path: str, content: FileContent, document: LoadedDocument) -> None:
        chunks = self._splitter.split(document)
        texts = [
            text_to_embed(HEADING_JOINT.join(chunk.heading), document.text[chunk.start : chunk.end])
            for chunk in chunks
        ]
        keys = [vector_key(self._embedder_name, text) for text in texts]
        self._batch.add(
            StoredDocument(
                path,
                content.stamp,
                content.digest,
                document.format,
                document.encoding,
                document.text,
                chunks,
                keys,
            ),
            texts,
        )

    def _flush(self) -> None:
        """Embed what the batch needs, then store its documents, each whole."""
        batch, self._batch = self._batch, _Batch()
        missing = list(self._store.missing_vectors(batch.texts))
        self._chunks_done += batch.chunks - len(missing)
        missing.sort(key=lambda key: len(batch.texts[key]))
        for start in range(0, len(missing), _BATCH_CHUNKS):
            part = missing[start : start + _BATCH_CHUNKS]
            vectors = embed(self._embedder, [batch.texts[key] for key in part])
            with self._store.transaction():
                self._store.add_vectors((key, row.tobytes()) for key, row in zip(part, vectors, strict=True))
            self._chunks_done += len(part)
            self._tell("")
        if batch.documents:
            with self._store.transaction():
                for document in batch.documents:
                    self._store.replace(document)
        deliver(self._store, self._vectors, at_least=1000)

    def _tell(self, path: str) -> None:
        if self._listener is None:
            return
        done = self._files_done, self._files_total, self._chunks_done, self._bytes_done, self._bytes_total
        self._listener(Progress(*done, time.monotonic() - self._began, path))

    def _finish(self, walk: Walk) -> IndexReport:
        rows = self._store.rows("SELECT path, error FROM documents WHERE error IS NOT NULL")
        failed = [FailedFile(str(path), str(error)) for path, error in rows] + walk.failed
        report = self._report
        report.failed = sorted(failed, key=lambda item: item.path)
        report.chunks = self._store.count_chunks()
        report.seconds = time.monotonic() - self._began
        self._store.put("generation", str(time.time_ns()))
        if not self._store.files():
            raise EmptyFolderError(_explain_empty(self._folder, report.failed))
        return report


def _explain_empty(folder: Path, failed: list[FailedFile]) -> str:
    if failed:
        first = failed[0]
        return f"None of the {len(failed)} files in {folder} can be indexed; {first.path} {first.reason}."
    return f"The folder {folder} holds no documents; put text, PDF or office files into it, or name another."
