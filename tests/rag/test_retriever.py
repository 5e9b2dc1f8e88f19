"""The index behaves as LangChain expects of a retriever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag import FolderIndex, Passage
from rag.search.retriever import FolderRetriever


class TestFolderRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _search(self, index: FolderIndex) -> None:
        self._index = index

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return FolderRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"search": self._index.search, "k": 3}

    @property
    def retriever_query_example(self) -> str:
        return "When is the office closed, and who bakes bread?"


def test_documents_carry_the_passage(index: FolderIndex, folder: Path) -> None:
    (document,) = index.as_retriever(k=1).invoke("When is the office closed?")
    passage = Passage.from_document(document)
    assert passage == index.search("When is the office closed?", k=1)[0]
    assert index.text(passage.path)[passage.start : passage.end] == document.page_content


def test_a_sentence_of_a_web_page_keeps_its_line_of_the_file(index: FolderIndex, folder: Path) -> None:
    markup = "<body>\n<h1>Ferry</h1>\n\n\n<p>It sails at\nnine. It carries\nno llamas.</p>\n<p>Ask Ann.</p>"
    (folder / "ferry.html").write_text(markup, encoding="utf-8")
    index.refresh()
    (document,) = index.as_retriever(k=1).invoke("llamas")
    restored = json.loads(json.dumps(document.metadata))
    passage = Passage.from_document(Document(document.page_content, metadata=restored))
    assert passage == Passage.from_document(document)
    for words in ("Ferry", "It sails", "nine. It carries", "no llamas.", "Ask Ann."):
        start = passage.text.index(words)
        line = 1 + markup.count("\n", 0, markup.index(words))
        assert passage.lines_of(start, start + len(words)) == (line, line), words


async def test_asynchronous_answer_is_the_same(index: FolderIndex) -> None:
    retriever = index.as_retriever(k=2, paths=["notes"])
    assert await retriever.ainvoke("bread") == retriever.invoke("bread")


def test_one_call_may_choose_otherwise(index: FolderIndex) -> None:
    retriever = index.as_retriever(k=3)
    assert len(retriever.invoke("bread", k=1)) == 1
    assert [found.metadata["path"] for found in retriever.invoke("bread", paths=["notes/cheese.txt"])] == [
        "notes/cheese.txt"
    ]
    with pytest.raises(ValueError, match="from 0 to 1"):
        retriever.invoke("bread", dense_weight=1.5)
