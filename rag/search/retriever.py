"""The index as a LangChain retriever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag.passage import Passage


class FolderRetriever(BaseRetriever):
    """Answers with the documents that `Passage.to_document` makes."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    search: Callable[..., list[Passage]]
    """`FolderIndex.search`."""
    k: int = 8
    """Number of passages; `retriever.invoke(question, k=…)` overrides it for one call.

    Likewise `paths`, and whatever else `FolderIndex.search` takes.
    """
    paths: list[str] | None = None
    """Search only in these files, folders or patterns."""

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - the interface
        **kwargs: Any,
    ) -> list[Document]:
        chosen = {"k": self.k, "paths": self.paths} | kwargs
        return [passage.to_document() for passage in self.search(query, **chosen)]
