"""JSON, JSON Lines, YAML, TOML and logs: lines are units, the text is the file's own."""

from __future__ import annotations

from rag.decoding import decode
from rag.loaders.document import LoadedDocument, Source


def load(source: Source) -> LoadedDocument:
    """Load a file of records or settings."""
    text, encoding = decode(source.data)
    return LoadedDocument(text, "records", encoding, by_lines=True)
