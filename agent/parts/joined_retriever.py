"""One retriever over several folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag.passage import Passage
from rag.search.fusion import convex
from rag.search.searcher import DENSE_WEIGHT


class JoinedRetriever(BaseRetriever):
    """Ask several retrievers and keep the best passages of all folders.

    The score of a passage says how well it fits beside those of its own folder, so the two methods'
    scores are put together anew. The path of each passage gets its folder's label in front.
    """

    parts: dict[str, BaseRetriever]
    k: int

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        found = [
            replace(passage, path=f"{label}/{passage.path}")
            for label, retriever in self.parts.items()
            for passage in map(
                Passage.from_document, retriever.invoke(query, {"callbacks": run_manager.get_child()})
            )
        ]
        fitting = sorted(_fused(found), key=lambda passage: -passage.score)
        return [passage.to_document() for passage in fitting[: self.k]]


def _fused(passages: Sequence[Passage]) -> list[Passage]:
    """Return the passages with scores that can be compared across folders."""
    dense, sparse = (
        {number: one.scores[method] for number, one in enumerate(passages) if method in one.scores}
        for method in ("dense", "bm25")
    )
    fused = convex(dense, sparse, DENSE_WEIGHT)
    return [replace(one, score=fused.get(number, one.score)) for number, one in enumerate(passages)]
