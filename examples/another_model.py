"""The same graph with another chat model and another retriever.

Any LangChain chat model will do, for instance `langchain.chat_models.init_chat_model("ollama:qwen3")`. It
is asked in words; what it quotes is looked up in the passages, and dropped where it isn't verbatim.
"""

from __future__ import annotations

from typing import Any

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever

from graphs import build_document_qa

NOTES = {
    "opening.txt": "The shop opens at nine. On Sundays it stays closed.",
    "returns.txt": "Goods can be returned within 30 days. Keep the receipt.",
    "gifts.txt": "Goods that were a gift can also be returned within 30 days.",
}


class NotesRetriever(BaseRetriever):
    """Finds the notes that share a long word with the question."""

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:  # noqa: ARG002 - LangChain's signature
        words = {word.strip("?.,").lower() for word in query.split() if len(word) > 3}
        return [
            Document(text, metadata={"source": name})
            for name, text in NOTES.items()
            if words & set(text.lower().replace(".", "").split())
        ]


def ask(model: BaseChatModel, question: str) -> str:
    """Return the answer of the notes with its sources."""
    result = build_document_qa(model, NotesRetriever()).invoke({"question": question})
    if result["abstained"]:
        return "The notes do not say."
    sources = "; ".join(f"{citation['path']}: “{citation['quote']}”" for citation in result["citations"])
    return f"{result['answer']} ({sources})"


if __name__ == "__main__":
    from langchain.chat_models import init_chat_model

    print(ask(init_chat_model("ollama:qwen3"), "Can goods be returned?"))
