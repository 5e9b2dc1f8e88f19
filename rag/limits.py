"""Bounds that keep one file from stopping the whole folder."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a single file may cost before it is listed as failed."""

    text_bytes: int = 32 * MEBIBYTE
    """Largest plain file that is read (text, Markdown, HTML, code, …), in bytes."""
    document_bytes: int = 256 * MEBIBYTE
    """Largest PDF, office or EPUB file that is read, in bytes."""
    unpacked_bytes: int = 512 * MEBIBYTE
    """Largest size of a compressed document once unpacked, in bytes."""
    parse_seconds: float = 60.0
    """How long the parser of an HTML, PDF, office or EPUB file may run, in seconds."""
    parse_memory_bytes: int = 2048 * MEBIBYTE
    """How much memory that parser may reserve, in bytes."""


def human_size(size: int) -> str:
    """Return a number of bytes for people: "3.2 MB"."""
    amount = float(size)
    for unit in ("bytes", "KB", "MB"):
        if amount < 1000 or unit == "MB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
