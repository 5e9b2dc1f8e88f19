"""Read one file of the folder: its bytes as they were at one moment, then its document."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import LoadError, VanishedError
from rag.limits import Limits
from rag.loaders import check_size, format_of, load_here
from rag.loaders.compressed import decompress
from rag.loaders.document import LoadedDocument, Source
from rag.loaders.sandbox import Sandbox
from rag.walk import FileStamp, FoundFile

_ATTEMPTS = 3
_SETTLED_NS = 2_000_000_000  # clocks of file systems are coarse: a younger stamp may hide a later change
UNSETTLED = FileStamp(-1, -1, -1)
"""Equals no file's stamp, so the next refresh compares the content."""


@dataclass(frozen=True, slots=True)
class FileContent:
    """What a file held, and the stamp by which to recognise it."""

    data: bytes
    digest: str
    """SHA-256 of the bytes, hexadecimal."""
    stamp: FileStamp


def read_content(file: FoundFile, limits: Limits) -> FileContent:
    """Read a file that may be written to meanwhile.

    Raises:
        VanishedError: It is gone.
        LoadError: It is not readable, empty or too large.
    """
    for _ in range(_ATTEMPTS):
        data, before, after = _read_once(file, limits)
        if before == after and before.size == len(data):
            break
    else:
        before = UNSETTLED  # index the last state, and look again next time
    if time.time_ns() - before.mtime_ns < _SETTLED_NS:
        before = UNSETTLED
    return FileContent(data, hashlib.sha256(data).hexdigest(), before)


def _read_once(file: FoundFile, limits: Limits) -> tuple[bytes, FileStamp, FileStamp]:
    try:
        with Path(file.location).open("rb") as stream:
            before = FileStamp.of(os.fstat(stream.fileno()))
            check_size(_inner_name(file.path), before.size, limits)
            data = stream.read(max(limits.text_bytes, limits.document_bytes))
            return data, before, FileStamp.of(os.fstat(stream.fileno()))
    except FileNotFoundError:
        raise VanishedError("disappeared while the folder was read") from None
    except OSError as error:
        raise LoadError(f"cannot be read: {(error.strerror or str(error)).lower()}") from None


def load_document(name: str, data: bytes, limits: Limits, sandbox: Sandbox) -> LoadedDocument:
    """Turn the bytes of a file into its text and structure.

    Raises:
        LoadError: They hold no text that can be read.
    """
    if name.lower().endswith(".gz"):
        name, data = _inner_name(name), decompress(data, limits.text_bytes)
    source = Source(name, data, limits.unpacked_bytes)
    family = format_of(name, data)
    document = sandbox.load(source) if family.isolated else load_here(source, family)
    if not document.text.strip():
        raise LoadError("holds no text")
    document.text = _storable(document.text)
    document.sections = [
        replace(section, heading=tuple(map(_storable, section.heading))) for section in document.sections
    ]
    return document


def _storable(text: str) -> str:
    """Replace lone surrogates, which JSON can smuggle in and nothing can store; offsets stay the same."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _inner_name(name: str) -> str:
    return name[:-3] if name.lower().endswith(".gz") else name
