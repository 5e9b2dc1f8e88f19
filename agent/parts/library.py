"""The folders that are asked, as one collection of documents."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from agent.errors import FolderUnusableError, HomespunError

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever

    from rag.progress import ProgressListener
    from rag.report import IndexReport
    from rag.storage.store import IndexedFile


_LONGEST_NAME = 60
"""Characters of a folder's name in that of its index: at four bytes each, what file systems allow."""


class DocumentIndex(Protocol):
    """What the program needs of the index of one folder; `rag.FolderIndex` is one."""

    def refresh(self, progress: ProgressListener | None = None) -> IndexReport:
        """Bring the index up to date with the folder."""
        ...

    def watch(self, stop: threading.Event, progress: ProgressListener | None = None) -> Iterator[IndexReport]:
        """Refresh now and after every change, and yield the reports."""
        ...

    def text(self, path: str) -> str:
        """Return the decoded text of a document."""
        ...

    def files(self) -> Sequence[IndexedFile]:
        """Return the indexed files."""
        ...

    def as_retriever(self, k: int) -> BaseRetriever:
        """Return a retriever of the k best passages."""
        ...

    def close(self) -> None:
        """Let go of all files."""
        ...


class Library:
    """One or several indexed folders.

    With several folders, the paths of their documents begin with the folder's name, so that no two
    documents share a path.

    Args:
        folders: Folders that exist.
        open_index: Opens the index of a folder.
    """

    def __init__(self, folders: Sequence[Path], open_index: Callable[[Path], DocumentIndex]) -> None:
        self._folders = dict(zip(_labels(folders), folders, strict=True))
        self._indexes = {label: open_index(folder) for label, folder in self._folders.items()}

    @property
    def folders(self) -> list[Path]:
        """The folders, in the order given."""
        return list(self._folders.values())

    def refresh(self, progress: ProgressListener | None = None) -> list[IndexReport]:
        """Bring every index up to date; the reports are in the order of `folders`.

        Raises:
            FolderUnusableError: Not one document could be read.
        """
        reports = [index.refresh(progress) for index in self._indexes.values()]
        if not any(report.chunks for report in reports):
            raise FolderUnusableError(self._unreadable(reports))
        return reports

    def is_indexed(self) -> bool:
        """Whether there are documents to ask without a refresh, in the index of every folder."""
        from rag.errors import NotIndexedError

        try:
            return all(index.files() for index in self._indexes.values())
        except NotIndexedError:
            return False

    def watch(
        self, stop: threading.Event, progress: ProgressListener | None = None, number: int = 0
    ) -> Iterator[IndexReport]:
        """Follow the changes of one of `folders` until `stop` is set, and yield what each refresh did."""
        return list(self._indexes.values())[number].watch(stop, progress)

    def retriever(self, k: int) -> BaseRetriever:
        """Return a retriever of the k best passages of all folders."""
        if len(self._indexes) == 1:
            return next(iter(self._indexes.values())).as_retriever(k=k)
        from agent.parts.joined_retriever import JoinedRetriever

        parts = {label: index.as_retriever(k=k) for label, index in self._indexes.items()}
        return JoinedRetriever(parts=parts, k=k)

    def close(self) -> None:
        """Let go of all files."""
        for index in self._indexes.values():
            index.close()

    def paths(self) -> list[str]:
        """Return the paths of all documents, as citations name them."""
        if len(self._indexes) == 1:
            return [file.path for file in next(iter(self._indexes.values())).files()]
        return [f"{label}/{file.path}" for label, index in self._indexes.items() for file in index.files()]

    def locate(self, path: str) -> Path:
        """Return the file behind the path of a citation.

        Raises:
            HomespunError: It is about none of these folders.
        """
        label, inner = self._split(path)
        return self._folders[label] / inner

    def text(self, path: str) -> str:
        """Return the decoded text of a document, in which citations have their offsets.

        Raises:
            HomespunError: It is in none of these folders.
            RagError: It is not in the index of its folder.
        """
        label, inner = self._split(path)
        return self._indexes[label].text(inner)

    def _split(self, path: str) -> tuple[str, str]:
        if len(self._folders) == 1:
            return next(iter(self._folders)), path
        label, _, inner = path.partition("/")
        if label not in self._folders:
            raise HomespunError(
                f"{path!r} is in none of the folders that are asked: choose its folder again."
            )
        return label, inner

    def _unreadable(self, reports: Sequence[IndexReport]) -> str:
        names = " and ".join(str(folder) for folder in self.folders)
        failed = [failure for report in reports for failure in report.failed]
        if not failed:
            return f"There are no documents in {names}: add some, or name another folder with --docs."
        first = failed[0]
        return (
            f"No file in {names} can be read "
            f"({first.path}: {first.reason.rstrip('.')}): add documents, or name another folder with --docs."
        )


def check_folder(folder: Path) -> Path:
    """Return the folder's absolute path.

    Raises:
        FolderUnusableError: It is missing, no folder, unreadable or empty.
    """
    path = Path(os.path.abspath(folder))
    if not path.exists():
        raise FolderUnusableError(f"The folder {folder} does not exist: check its name.")
    if not path.is_dir():
        raise FolderUnusableError(f"{folder} is no folder: name the folder that holds it.")
    try:
        if not any(path.iterdir()):
            raise FolderUnusableError(
                f"The folder {folder} is empty: put documents into it, or name another."
            )
    except PermissionError:
        raise FolderUnusableError(f"The folder {folder} may not be read: change its permissions.") from None
    return path


def check_folders(folders: Sequence[Path]) -> list[Path]:
    """Return the absolute paths of the folders, each folder once.

    Raises:
        FolderUnusableError: One of them is missing, no folder, unreadable or empty.
    """
    found: dict[Path, Path] = {}
    for folder in map(check_folder, folders):
        found.setdefault(folder.resolve(), folder)
    return list(found.values())


def index_folder(indexes: Path, folder: Path) -> Path:
    """Return where the index of a folder is kept: one place for each absolute path."""
    absolute = str(folder.resolve())
    digest = hashlib.sha256(absolute.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return indexes / f"{folder.name[:_LONGEST_NAME] or 'root'}-{digest}"


def _labels(folders: Sequence[Path]) -> list[str]:
    labels: list[str] = []
    for folder in folders:
        label, number = folder.name or "root", 2
        while label in labels:
            label, number = f"{folder.name}-{number}", number + 1
        labels.append(label)
    return labels
