"""Answers without a language model: the sentence that looks most like the question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphs.sentences import sentences


def sentence_texts(text: str) -> list[str]:
    """Return the sentences of a text, the whole text if it has none."""
    return [text[start:end] for start, end in sentences(text)] or [text]


def embedded_sentence(question: str, texts: Sequence[str], embedder: Any) -> tuple[str, float]:
    """Return the sentence nearest to the question by embedding, and its cosine.

    Args:
        question: The question.
        texts: Sentences to choose from.
        embedder: LangChain embeddings with vectors of length 1.
    """
    import numpy as np

    vectors = np.asarray(embedder.embed_documents(list(texts)))
    scores = vectors @ np.asarray(embedder.embed_query(question))
    best = int(scores.argmax())
    return texts[best], float(scores[best])


def bm25_sentence(question: str, texts: Sequence[str]) -> str:
    """Return the sentence with the highest BM25 score for the question."""
    import bm25s

    tokens = bm25s.tokenize(list(texts), stopwords="en", show_progress=False)
    index = bm25s.BM25()
    try:
        index.index(tokens, show_progress=False)
    except ValueError:  # no sentence has a word that counts
        return texts[0]
    query = bm25s.tokenize([question], stopwords="en", show_progress=False)
    found, _ = index.retrieve(query, k=1, show_progress=False)
    return texts[int(found[0, 0])]
