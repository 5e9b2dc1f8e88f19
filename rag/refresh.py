"""Bring the index in line with the folder: read what changed, forget what is gone, embed what is new.

All files are read first, which takes seconds; from then on their words are found. Embedding takes minutes
for a large folder, so it comes last, can be interrupted, and goes on with the next refresh.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from rag.embedding import Embedder, embedder_name, text_to_embed, vector_key
from rag.errors import EmptyFolderError, LoadError, VanishedError
from rag.limits import Limits
from rag.loaders.document import LoadedDocument
from rag.loaders.sandbox import Sandbox
from rag.progress import Announcer, ProgressListener
from rag.reading import UNSETTLED, FileContent, load_document, read_content
from rag.report import FailedFile, IndexReport
from rag.splitter import SPLITTER_VERSION, Splitter
from rag.storage.backlog import OtherDimensionsError, count_waiting, work_off
from rag.storage.outbox import begin_anew
from rag.storage.store import HEADING_JOINT, KnownFile, Store, StoredDocument
from rag.storage.vector_store import VectorStore
from rag.walk import FoundFile, Walk

LOADER_VERSION = 7
"""Raise it when a file would be loaded differently: every index is then rebuilt."""

_BATCH_CHUNKS = 512  # documents of so many chunks share a transaction


@dataclass(slots=True)
class _Batch:
    """Documents that are loaded and split but not yet stored."""

    documents: list[StoredDocument] = field(default_factory=list)
    chunks: int = 0

    def add(self, document: StoredDocument) -> None:
        self.documents.append(document)
        self.chunks += len(document.chunks)


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
        embed_seconds: float | None = None,
        left_out: Path | None = None,
    ) -> None:
        self._folder = folder
        self._left_out = left_out
        self._store = tools.store
        self._vectors = tools.vectors
        self._embedder = tools.embedder
        self._embedder_name = embedder_name(tools.embedder)
        self._splitter = tools.splitter
        self._settings = settings | {"loaders": LOADER_VERSION, "splitter": SPLITTER_VERSION}
        self._limits = tools.limits
        self._embed_seconds = embed_seconds
        self._announcer = Announcer(listener)
        self._report = IndexReport()
        self._batch = _Batch()

    def run(self) -> IndexReport:
        """Do it all and report.

        Raises:
            EmptyFolderError: Nothing in the folder can be indexed.
        """
        self._apply_settings()
        dimensions = getattr(self._embedder, "dimensions", None)
        if isinstance(dimensions, int) and self._store.has_other_length(dimensions):
            self._drop_vectors()
        if self._vectors.id != self._store.get("collection"):
            begin_anew(self._store, self._vectors.id)
        walk = Walk(self._folder, left_out=self._left_out).run()
        known = self._store.known_files()
        missing = known.keys() - {file.path for file in walk.files}
        hidden = {path for path in missing if walk.is_hidden(path)}
        self._report.unchanged += sum(known[path].error is None for path in hidden)
        self._forget(missing - hidden)
        self._read(self._select(walk.files, known), known)
        try:
            self._embed()
        except OtherDimensionsError:
            self._drop_vectors()
            self._embed()
        self._store.drop_unused_vectors()
        return self._finish(walk)

    def _apply_settings(self) -> None:
        """Start anew when the vectors or the chunks would come out differently than the stored ones."""
        settings = json.dumps(self._settings | {"embedder": self._embedder_name}, sort_keys=True)
        if self._store.get("settings") in ("", settings):
            self._store.put("settings", settings)
            return
        self._vectors.clear()  # first: a process killed here finds the settings changed once more
        with self._store.transaction():
            self._store.clear()
            self._store.rows("DELETE FROM outbox")
            self._store.put("settings", settings)

    def _embed(self) -> None:
        work_off(self._store, self._vectors, self._embedder, self._announcer, self._embed_seconds)

    def _drop_vectors(self) -> None:
        """Have everything embedded again: a model of the same name gives vectors of other dimensions."""
        self._vectors.clear()  # first: a process killed here finds the other dimensions once more
        self._store.drop_vectors()
        begin_anew(self._store, self._vectors.id)

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
        self._announcer.files_total = len(wanted)
        return wanted

    def _read(self, files: list[FoundFile], known: dict[str, KnownFile]) -> None:
        with Sandbox(self._limits) as sandbox:
            for file in files:
                self._take(file, known.get(file.path), sandbox)
                if self._batch.chunks >= _BATCH_CHUNKS:
                    self._flush()
                self._announcer.files_done += 1
                self._announcer.tell(file.path)
            self._flush()

    def _take(self, file: FoundFile, before: KnownFile | None, sandbox: Sandbox) -> None:
        try:
            content = read_content(file, self._limits)
        except VanishedError:
            self._forget({file.path} if before else set())
            return
        except LoadError as error:
            self._fail(file.path, None, str(error), before)
            return
        if before and before.digest == content.digest:
            self._store.touch(before.id, content.stamp)
            self._report.unchanged += before.error is None
            return
        try:
            document = load_document(file.path, content.data, self._limits, sandbox)
        except LoadError as error:
            self._fail(file.path, None if error.is_passing else content, str(error), before)
            return
        if before is None or before.error is not None:
            self._report.added += 1
        else:
            self._report.changed += 1
        self._add(file.path, content, document)

    def _fail(self, path: str, content: FileContent | None, reason: str, before: KnownFile | None) -> None:
        self._report.lost += before is not None and before.error is None
        stamp, digest = (content.stamp, content.digest) if content else (UNSETTLED, None)
        with self._store.transaction():
            self._store.fail(path, stamp, digest, reason)

    def _add(self, path: str, content: FileContent, document: LoadedDocument) -> None:
        chunks = self._splitter.split(document)
        texts = (
            text_to_embed(HEADING_JOINT.join(chunk.heading), document.text[chunk.start : chunk.end])
            for chunk in chunks
        )
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
            )
        )
        self._announcer.chunks_total += len(chunks)

    def _flush(self) -> None:
        """Store the documents of the batch, each whole."""
        batch, self._batch = self._batch, _Batch()
        if batch.documents:
            with self._store.transaction():
                for document in batch.documents:
                    self._store.replace(document)

    def _finish(self, walk: Walk) -> IndexReport:
        rows = self._store.rows("SELECT path, error FROM documents WHERE error IS NOT NULL")
        failed = [FailedFile(str(path), str(error)) for path, error in rows] + walk.failed
        report = self._report
        report.failed = sorted(failed, key=lambda item: item.path)
        report.chunks = self._store.count_chunks()
        report.waiting = count_waiting(self._store)
        report.seconds = self._announcer.seconds
        self._store.put("generation", uuid.uuid4().hex)
        if not self._store.files():
            raise EmptyFolderError(_explain_empty(self._folder, report.failed), report)
        return report


def _explain_empty(folder: Path, failed: list[FailedFile]) -> str:
    if failed:
        first = failed[0]
        return f"No file in {folder} can be indexed: {first.path} {first.reason}."
    return f"The folder {folder} holds no documents; put text, PDF or office files into it, or name another."
