"""A turn of a conversation: what every graph takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.channels import EphemeralValue
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict

from graphs.citation import Citation
from graphs.progress import Decision

Update = dict[str, Any]
"""An update of a graph's state."""


class TurnInput(TypedDict, total=False):
    """What to ask. Without a question, the conversation's last message is it."""

    # Ephemeral, so that a thread never mistakes the question of an earlier turn for this one's.
    question: Annotated[str, EphemeralValue(str)]
    messages: Annotated[list[AnyMessage], add_messages]
    """The conversation so far, oldest message first; it may end with the question."""


class TurnOutput(TypedDict):
    """The answer and all that it rests on."""

    question: Annotated[str, EphemeralValue(str)]
    """The question as it was asked."""
    answer: str | None
    """The answer in words; None when there is none."""
    abstained: bool
    """Whether the graph preferred not to answer."""
    citations: list[Citation]
    """Where the answer stands in the documents."""
    closest: list[Citation]
    """What came closest to an answer where the documents were not sure enough to say."""
    decisions: list[Decision]
    """What the model decided on the way, in order."""
    route: str
    """Which road answered: one of `prompts.ROUTES`."""
    messages: Annotated[list[AnyMessage], add_messages]
    """The conversation with the question and the reply."""


class TurnState(TurnOutput):
    """What every graph keeps during a turn."""

    asked: str
    """The question as it was asked; `question` is forgotten after the first node."""


def read_question(state: Mapping[str, Any]) -> tuple[str, list[AnyMessage]]:
    """Return the question of a turn that begins and the conversation before it.

    Raises:
        TypeError: The question is no text.
        ValueError: There is no question.
    """
    messages = list(state.get("messages", []))
    given = state.get("question")
    if not isinstance(given, str | None):
        raise TypeError(f"A question is a text, not {given!r}: give its words as `question`.")
    question = (given or "").strip()
    last = messages[-1] if messages else None
    if isinstance(last, HumanMessage) and question in ("", last.text.strip()):
        question = last.text.strip()
        messages.pop()
    if not question:
        raise ValueError("There is no question: give `question`, or `messages` that end with one.")
    return question, messages


def begin(route: str, asked: str) -> Update:
    """Return the update that begins a turn: nothing of the turn before it remains."""
    return {
        "asked": asked,
        "answer": None,
        "abstained": False,
        "citations": [],
        "closest": [],
        "decisions": [],
        "route": route,
    }


def unsaid(state: Mapping[str, Any]) -> list[HumanMessage]:
    """Return the question as a message, where the conversation lacks it."""
    asked, messages = state["asked"], state.get("messages", [])
    last = messages[-1] if messages else None
    return [] if isinstance(last, HumanMessage) and last.text.strip() == asked else [HumanMessage(asked)]


def conclude(state: Mapping[str, Any], reply: AIMessage) -> Update:
    """Return the update that adds the reply, and the question where the conversation lacks it."""
    return {"question": state["asked"], "messages": [*unsaid(state), reply]}
