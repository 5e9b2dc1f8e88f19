"""The state of the assistant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graphs.document_qa.state import DocumentQAContext
from graphs.progress import Decision
from graphs.reasoner.state import ReasonStep, add_steps
from graphs.tool_agent.state import ToolRecord
from graphs.turn import TurnInput, TurnOutput, TurnState


class AssistantInput(TurnInput):
    """What the person says. Without a question, the conversation's last message is it."""


class AssistantOutput(TurnOutput):
    """The reply and, by the road that was taken, what it rests on."""

    confidence: float | None
    """Probability of the answer; None where nothing was weighed: tools and small talk."""
    standalone_question: str
    """The question as it was searched for; empty where no documents were asked."""
    calls: list[ToolRecord]
    """The tool calls of this turn."""
    plan: list[str]
    """The simple questions that a question was broken into."""
    steps: Annotated[list[ReasonStep], add_steps]
    """The answers to them."""
    memories: list[str]
    """What was recalled from earlier conversations and found to matter here."""


class AssistantState(AssistantOutput, TurnState):
    """What passes between the nodes."""

    opening: list[Decision]
    """Decisions before the road was taken."""
    user: str
    """Whose turn it is; a run that goes on after a pause may have no context that says it."""
    conversation: str
    """Id that the summary is kept under."""


@dataclass(frozen=True, slots=True)
class AssistantContext(DocumentQAContext):
    """What one run may set otherwise than the graph was built with (`invoke(..., context=...)`).

    Raises:
        ValueError: A value is out of its range.
    """

    user: str = "default"
    """Whose memories are recalled and kept; nobody else's are seen."""
    conversation: str = ""
    """Id that its summary is kept under; empty for the id of the checkpointer's thread."""

    def __post_init__(self) -> None:
        DocumentQAContext.__post_init__(self)  # slots=True makes the class anew, which super() cannot follow
        if not (isinstance(self.user, str) and self.user):
            raise ValueError(f"user must name a person, not {self.user!r}: leave it out for the only one.")
