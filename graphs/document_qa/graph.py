"""Document Q&A: a question in, an answer with its exact place in the documents out, or none at all.

    contextualise → retrieve → grade → quote → extract → verify → corroborate → finish
                        ↑        ↓       ↓        ↓         ↓
                        rewrite ←┴→ … or abstain: the documents do not say

Every decision is the model's. With a model that has the methods of `graphs.ports`, decisions come
with probabilities and quotations cannot be anything but spans of the passages; any other chat model
is asked in words, and a quotation that is not verbatim is dropped.
"""

from __future__ import annotations

from typing import Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore
from langgraph.types import Checkpointer

from graphs.document_qa.nodes import DocumentQANodes
from graphs.document_qa.state import (
    DocumentQAContext,
    DocumentQAInput,
    DocumentQAOutput,
    DocumentQAState,
)
from graphs.judgement import Judgement
from graphs.mind import Mind
from graphs.retries import RETRIES
from graphs.step import Step

MAX_SEARCHES = 3
"""The first search and at most two in other words."""

RECURSION_LIMIT = 20
"""More steps than the longest road has: three searches with two rewritings, and the answer."""

DocumentQA = CompiledStateGraph[DocumentQAState, DocumentQAContext, DocumentQAInput, DocumentQAOutput]
"""The compiled graph."""


def build_document_qa(
    model: BaseChatModel,
    retriever: BaseRetriever,
    *,
    judgement: Judgement | None = None,
    max_passages: int = 3,
    checkpointer: Checkpointer = None,
    store: BaseStore | None = None,
) -> DocumentQA:
    """Build the graph that answers questions from documents.

    Args:
        model: Any chat model.
        retriever: Any retriever; its documents are read with `Passage.from_document`.
        judgement: How sure the model must be, and what else counts; `Judgement()` when not given.
        max_passages: How many relevant passages are read on, best first.
        checkpointer: Keeps conversations by their thread.
        store: Long-term memory; the graph itself does not use it.

    Returns:
        The compiled graph; see `DocumentQAInput` and `DocumentQAOutput`.
    """
    if max_passages < 1:
        raise ValueError(f"max_passages must be at least 1, not {max_passages}.")
    nodes = DocumentQANodes(Mind(model), retriever, judgement or Judgement(), max_passages)
    builder = StateGraph(
        DocumentQAState, DocumentQAContext, input_schema=DocumentQAInput, output_schema=DocumentQAOutput
    )
    for work in (
        nodes.contextualise,
        nodes.retrieve,
        nodes.grade,
        nodes.rewrite,
        nodes.quote,
        nodes.extract,
        nodes.verify,
        nodes.corroborate,
    ):
        builder.add_node(work.__name__, Step(work.__name__, work), retry_policy=RETRIES)
    builder.add_node("finish", nodes.finish)
    builder.add_node("abstain", nodes.abstain)
    _connect(builder, nodes)
    graph = builder.compile(checkpointer, store=store, name="document_qa")
    return graph.with_config(recursion_limit=RECURSION_LIMIT)


def _connect(
    builder: StateGraph[DocumentQAState, DocumentQAContext, DocumentQAInput, DocumentQAOutput],
    nodes: DocumentQANodes,
) -> None:
    def after_verify(state: DocumentQAState) -> Literal["corroborate", "abstain"]:
        return "corroborate" if nodes.is_supported(state) else "abstain"

    builder.add_edge(START, "contextualise")
    builder.add_edge("contextualise", "retrieve")
    builder.add_edge("retrieve", "grade")
    builder.add_conditional_edges("grade", _after_grade)
    builder.add_conditional_edges("rewrite", _after_rewrite)
    builder.add_conditional_edges("quote", _after_quote)
    builder.add_conditional_edges("extract", _after_extract)
    builder.add_conditional_edges("verify", after_verify)
    builder.add_edge("corroborate", "finish")
    builder.add_edge("finish", END)
    builder.add_edge("abstain", END)


def _after_grade(state: DocumentQAState) -> Literal["quote", "rewrite", "abstain"]:
    if state["passages"]:
        return "quote"
    return "rewrite" if len(state["searches"]) < MAX_SEARCHES else "abstain"


def _after_rewrite(state: DocumentQAState) -> Literal["retrieve", "abstain"]:
    # An empty last search says that the model had no new words: the same search would find the same.
    return "retrieve" if state["searches"][-1] else "abstain"


def _after_quote(state: DocumentQAState) -> Literal["extract", "abstain"]:
    return "extract" if state["citations"] else "abstain"


def _after_extract(state: DocumentQAState) -> Literal["verify", "abstain"]:
    return "verify" if state["answer"] else "abstain"
