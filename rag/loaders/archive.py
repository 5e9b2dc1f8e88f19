"""Look into a zip container before anything unpacks it."""

from __future__ import annotations

import io
import zipfile

from rag.errors import LoadError
from rag.limits import human_size

_OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_archive(data: bytes, unpacked_bytes: int) -> zipfile.ZipFile:
    """Open a zip container whose contents stay within a size.

    Raises:
        LoadError: It is no zip file, is encrypted, or would unpack to too much.
    """
    if data.startswith(_OLE_MARK):
        raise LoadError("is encrypted or in the old binary Office format; save it again without a password")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        raise LoadError("is damaged: it is not a complete zip container") from None
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise LoadError("is encrypted; save a copy without a password")
    size = sum(entry.file_size for entry in entries)
    if size > unpacked_bytes:
        raise LoadError(
            f"unpacks to {human_size(size)}, more than the limit of {human_size(unpacked_bytes)}",
            is_passing=True,
        )
    return archive
