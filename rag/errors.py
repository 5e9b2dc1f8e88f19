"""Errors whose text is meant for the person at the keyboard: what happened, and what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rag.report import IndexReport


class RagError(Exception):
    """Anything that indexing or searching a folder can complain about."""


class FolderError(RagError):
    """The folder is missing, is not a folder, or cannot be read."""


class EmptyFolderError(FolderError):
    """The folder holds nothing that can be indexed."""

    def __init__(self, message: str, report: IndexReport) -> None:
        super().__init__(message)
        self.report = report
        """What the refresh did nevertheless: the last file may have left just now."""


class NotIndexedError(RagError):
    """A question was asked before the folder was indexed."""


class IndexBusyError(RagError):
    """Another process is writing the index."""


class IndexDamagedError(RagError):
    """The stored index cannot be read."""


class IndexUnwritableError(RagError):
    """The stored index cannot be written: its disk is full or the folder is read-only."""


class VectorStoreError(RagError):
    """The Chroma server cannot be reached or refuses to answer."""


class LoadError(RagError):
    """One file cannot be turned into text; its message is the reason shown in the report.

    Args:
        reason: The message.
        is_passing: Whether it depends on the moment or on the limits, so that the same bytes may load later.
    """

    def __init__(self, reason: str, *, is_passing: bool = False) -> None:
        super().__init__(reason)
        self.is_passing = is_passing


class VanishedError(LoadError):
    """The file disappeared between the walk and the reading."""


def database_error(error: sqlite3.Error, folder: Path) -> RagError:
    """Say in one sentence what SQLite could not do with the index in a folder, and what to do."""
    name = getattr(error, "sqlite_errorname", "") or ""
    # On a full disk SQLite says IOERR where it cannot make room for its own bookkeeping.
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return IndexUnwritableError(
            f"The index in {folder} cannot be written ({error}): free some space on its disk and try again."
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return IndexBusyError(f"Another process is writing the index in {folder}; try again in a moment.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return IndexUnwritableError(
            f"The index in {folder} cannot be used ({error}): make that folder writable and try again."
        )
    if isinstance(error, sqlite3.ProgrammingError):  # nothing is wrong with the file
        return RagError(f"The index in {folder} was closed while it was in use ({error}); try again.")
    return IndexDamagedError(
        f"The index in {folder} cannot be read ({error}); delete that folder and index again."
    )
