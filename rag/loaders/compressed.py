"""Text that lies gzip-compressed in its folder, as documentation often does."""

from __future__ import annotations

import gzip
import io
import zlib

from rag.errors import LoadError
from rag.limits import human_size


def decompress(data: bytes, limit: int) -> bytes:
    """Return the content of a .gz file.

    Raises:
        LoadError: It is damaged, or larger than `limit` bytes when unpacked.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            content = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error):
        raise LoadError("is damaged: it is not complete gzip data") from None
    if len(content) > limit:
        raise LoadError(f"unpacks to more than the limit of {human_size(limit)}", is_passing=True)
    return content
