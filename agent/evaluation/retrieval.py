"""Retrieval: does the search find the passage that holds the answer, by words, by vectors, and by both?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from agent.errors import HomespunError
from corpora.passages import find_span
from corpora.wells import Row
from llm.evaluation.intervals import interval, mean
from rag.search.searcher import DENSE_WEIGHT

if TYPE_CHECKING:
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever

METHODS = {"words": 0.0, "vectors": 1.0, "fused": DENSE_WEIGHT}
"""Name to what the vectors count in the ranking."""

RECALL_AT = 5
DEPTH = 10
"""Passages that are looked at; one that comes later counts as not found."""


def evaluate_retrieval(
    retriever: BaseRetriever, rows: Sequence[Row], on_row: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Search for every question that has an answer, in three ways.

    A passage is right if it holds one of the answers and comes from one of the files, as far as the row
    names them. Neighbouring passages are left apart, so that what is measured is the order alone.

    Args:
        retriever: Of a `rag.FolderIndex`.
        rows: Rows with a question, and answers, files or both; those that are not answerable are left out.
        on_row: Called after each row.

    Raises:
        HomespunError: No row can be answered.
    """
    ranks: dict[str, list[int | None]] = {name: [] for name in METHODS}
    for row in rows:
        if row.get("answerable", True):
            for name, weight in METHODS.items():
                found = retriever.invoke(row["question"], k=DEPTH, merge_tokens=0, dense_weight=weight)
                ranks[name].append(_first_right(row, found))
        on_row()
    if not ranks["fused"]:
        raise HomespunError("None of the questions is answerable: give some that are.")
    return _figures(ranks)


def _first_right(row: Row, found: Sequence[Document]) -> int | None:
    """Return the place of the first right passage, from 1; None if there is none."""
    places = (place for place, document in enumerate(found, 1) if _is_right(row, document))
    return next(places, None)


def _is_right(row: Row, document: Document) -> bool:
    answers, files = row.get("answers"), row.get("files")
    if files and document.metadata["path"] not in files:
        return False
    return not answers or any(find_span(document.page_content, answer) for answer in answers)


def _figures(ranks: dict[str, list[int | None]]) -> dict[str, Any]:
    figures: dict[str, Any] = {"n": len(ranks["fused"])}
    intervals = {}
    for name, places in ranks.items():
        recalls = [float(place is not None and place <= RECALL_AT) for place in places]
        reciprocals = [0.0 if place is None else 1.0 / place for place in places]
        figures[name] = {"recall_at_5": mean(recalls), "mean_reciprocal_rank": mean(reciprocals)}
        intervals[f"{name}.recall_at_5"] = interval(recalls)
    return figures | {"intervals": intervals}
