"""The state of document Q&A: what goes in, what comes out, what passes between its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from langgraph.runtime import get_runtime

from graphs.judgement import Judgement, QuoteMethod, check_quote_method
from graphs.thresholds import Thresholds
from graphs.turn import TurnInput, TurnOutput, TurnState


class DocumentQAInput(TurnInput):
    """What to ask. Without a question, the conversation's last message is it."""


class DocumentQAOutput(TurnOutput):
    """The answer, None when the documents do not say, and all that it rests on."""

    standalone_question: str
    """The question as the model rewrote it to stand without the conversation."""
    confidence: float
    """Probability that the documents answer (`graphs.confidence`); 0 without a quotation."""


class DocumentQAState(DocumentQAOutput, TurnState):
    """What passes between the nodes."""

    searches: list[str]
    """What was searched for, oldest first; an empty search where the model had no new words."""
    passages: list[dict[str, Any]]
    """Fields of the passages that are read on: `rag.passage.Passage(**passage)`."""


@dataclass(frozen=True, slots=True)
class DocumentQAContext:
    """What one run may set otherwise than the graph was built with (`invoke(..., context=...)`).

    Raises:
        ValueError: A value is out of its range.
    """

    thresholds: Thresholds | None = None
    """All of them, also those of the graphs inside: each that is not named has its default."""
    max_passages: int | None = None
    quote_method: QuoteMethod | None = None

    def __post_init__(self) -> None:
        thresholds: Any = self.thresholds
        if isinstance(thresholds, dict):  # LangGraph's server hands on the JSON that it was sent
            object.__setattr__(self, "thresholds", Thresholds(**thresholds))
        if self.max_passages is not None and self.max_passages < 1:
            raise ValueError(f"max_passages must be at least 1, not {self.max_passages}.")
        if self.quote_method is not None:
            check_quote_method(self.quote_method)

    def applied_to(self, judgement: Judgement) -> Judgement:
        """Return a judgement as this run changes it."""
        return replace(
            judgement,
            thresholds=self.thresholds or judgement.thresholds,
            quote_method=self.quote_method or judgement.quote_method,
        )

    @classmethod
    def current(cls) -> DocumentQAContext:
        """Return what the run that is going on sets; nothing where no such context was given."""
        # As a subgraph, a graph meets its parent's context, which may be of any type.
        context = get_runtime(DocumentQAContext).context
        return context if isinstance(context, DocumentQAContext) else DocumentQAContext()

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> DocumentQAContext:
        """Return what was set when the turn of a state began, if it says, or else what this run sets."""
        settings = state.get("settings")
        return cls.current() if settings is None else DocumentQAContext(**settings)

    def kept(self) -> dict[str, Any]:
        """Return what is set as plain values for a state: LangGraph keeps no context across a pause."""
        values = asdict(self)
        return {field.name: values[field.name] for field in fields(DocumentQAContext)}


def thresholds_of_run(judgement: Judgement, state: Mapping[str, Any]) -> Thresholds:
    """Return the thresholds of a judgement as they were set for the turn of a state."""
    return DocumentQAContext.of(state).applied_to(judgement).thresholds
