"""Plain text: paragraphs, and nothing that can be called structure."""

from __future__ import annotations

from rag.decoding import decode
from rag.loaders.document import LoadedDocument, Source


def load(source: Source) -> LoadedDocument:
    """Load a text file in whatever encoding it has."""
    text, encoding = decode(source.data)
    return LoadedDocument(text, "text", encoding)
