"""Turn a question into a query of the full-text index."""

from __future__ import annotations

from rag.words import telling_words


def match_query(question: str) -> str:
    """Return an FTS5 query for any of the question's telling words."""
    wanted = telling_words(question)
    return " OR ".join(f'"{word}"' for word in wanted)
