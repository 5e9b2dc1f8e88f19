"""One retriever over several folders."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever


class JoinedRetriever(BaseRetriever):
    """Ask several retrievers and keep the best passages by score.

    The path of each passage gets its folder's label in front.
    """

    parts: dict[str, BaseRetriever]
    k: int

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        found: list[Document] = []
        for label, retriever in self.parts.items():
            for document in retriever.invoke(query, {"callbacks": run_manager.get_child()}):
                path = f"{label}/{document.metadata.get('path', 'document')}"
                metadata = document.metadata | {"path": path}
                found.append(Document(page_content=document.page_content, metadata=metadata))
        found.sort(key=lambda document: -float(document.metadata.get("score", 0.0)))
        return found[: self.k]
