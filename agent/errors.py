"""Errors that end a command with one sentence: what happened, and what to do."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

from agent.model_services import explain_service

if TYPE_CHECKING:
    from pathlib import Path

DEBUG_VARIABLE = "HOMESPUN_DEBUG"
"""Environment variable that asks for where errors come from; the flag --debug sets it."""

EXIT_ANSWERED = 0
EXIT_FAULT = 1
"""A mistake in the program itself."""
EXIT_USAGE = 2
"""Wrong usage, or something missing around the program."""
EXIT_ABSTAINED = 3
"""The documents do not hold the answer."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_ALLOWED = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")
_LONGEST_REASON = 120


class HomespunError(Exception):
    """Something that the person can mend; the message says what happened and what to do."""


class QuestionError(HomespunError):
    """The question cannot be asked as it is."""


class FolderUnusableError(HomespunError):
    """A folder of documents cannot be used."""


class SettingsError(HomespunError):
    """A setting is unknown or has a value that cannot be used."""


class StorageError(HomespunError):
    """Something of the program's own cannot be read or written."""


class MissingExtraError(HomespunError):
    """An optional part is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} needs an optional part: install it with pip install "homespun[{extra}]".')
        self.extra = extra


class Cancelled(Exception):  # noqa: N818 - an order of the person, not an error
    """The person stopped the answer."""


def is_debugging() -> bool:
    """Whether the person wants to see where errors come from."""
    return bool(os.environ.get(DEBUG_VARIABLE))


def explain(error: BaseException) -> str | None:
    """Return the sentence to show for an error, or None when it is a fault of the program.

    The rooms below have error classes of their own. They are looked up among the loaded modules: an
    error of a room that was never imported cannot have been raised.
    """
    if isinstance(error, _sentence_classes()):
        return str(error)
    if isinstance(error, OSError) and error.errno in _FULL:
        return f"The disk is full ({error.strerror}): free some space and try again."
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} cannot be used ({error.strerror}): check its name and its permissions."
    if isinstance(error, MemoryError):
        return "There is not enough memory: close other programs, or choose fewer documents."
    return explain_service(error)


def storage_error(what: str, file: Path, error: Exception) -> StorageError:
    """Say in one sentence why a file of the program's own cannot be used, and what to do.

    Args:
        what: What the file holds, as the beginning of a sentence.
        file: Where it is.
        error: What SQLite or the system said, or what could not be decoded.
    """
    name = getattr(error, "sqlite_errorname", None) or ""
    # On a full disk SQLite says IOERR where it cannot make room for its own bookkeeping.
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")) or getattr(error, "errno", None) in _FULL:
        advice = "free some space on its disk"
    elif isinstance(error, OSError) or name.startswith(_NOT_ALLOWED):
        advice = "make its folder writable or point HOMESPUN_HOME to another"
    elif name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        advice = "another program is writing it; try again in a moment"
    elif name.startswith("SQLITE_CONSTRAINT"):
        advice = "another program has deleted what was to be changed; begin anew"
    else:
        advice = "it is damaged; move it away to begin anew"
    said = " ".join(str(error).split())[:_LONGEST_REASON]  # it may quote what is damaged
    return StorageError(f"{what} in {file} cannot be used ({said}): {advice}.")


def _sentence_classes() -> tuple[type[BaseException], ...]:
    found: list[type[BaseException]] = [HomespunError]
    rooms = (("llm.errors", "ModelError"), ("rag.errors", "RagError"), ("corpora.wells", "CorpusError"))
    for module_name, class_name in rooms:
        module = sys.modules.get(module_name)
        if module is not None:
            found.append(getattr(module, class_name))
    return tuple(found)
