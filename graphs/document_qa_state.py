"""The state of document Q&A: what goes in, what comes out, what passes between its nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.channels import EphemeralValue
from langgraph.graph.message import add_messages

from graphs.citation import Citation
from graphs.progress import Decision
from graphs.thresholds import Thresholds

QuoteMethod = Literal["generate", "score"]
"""How the sentence to quote is found: the model copies it out, or it grades every sentence."""


class DocumentQAInput(TypedDict, total=False):
    """What to ask. Without a question, the conversation's last message is it."""

    question: Annotated[str, EphemeralValue(str)]
    messages: Annotated[list[AnyMessage], add_messages]
    """The conversation so far, oldest message first; it may end with the question."""


class DocumentQAOutput(TypedDict):
    """The answer and all that it rests on."""

    question: Annotated[str, EphemeralValue(str)]
    """The question as it was asked."""
    standalone_question: str
    """The question as the model rewrote it to stand without the conversation."""
    answer: str | None
    """A few words of the quotation; None when the documents do not say."""
    abstained: bool
    """Whether the documents do not say."""
    confidence: float
    """Score of the citation times probability that it supports the answer; 0 without a quotation."""
    citations: list[Citation]
    """Where the answer stands; empty when the documents do not say."""
    decisions: list[Decision]
    """What the model decided on the way, in order."""
    route: str
    """Always "documents"."""
    messages: Annotated[list[AnyMessage], add_messages]
    """The conversation with the question and the reply, whose content carries the citations."""


class DocumentQAState(DocumentQAOutput):
    """What passes between the nodes."""

    asked: str
    """The question as it was asked; `question` is forgotten after the first node."""
    searches: list[str]
    """What was searched for, oldest first."""
    passages: list[dict[str, Any]]
    """Fields of the passages that are read on: `rag.passage.Passage(**passage)`."""


@dataclass(frozen=True, slots=True)
class DocumentQAContext:
    """What one run may set otherwise than the graph was built with (`invoke(..., context=...)`)."""

    thresholds: Thresholds | None = None
    max_passages: int | None = None
    quote_method: QuoteMethod | None = None
