"""The state of the reasoner."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict

from graphs.citation import Citation
from graphs.turn import TurnInput, TurnOutput, TurnState


class ReasonStep(TypedDict):
    """A simple question of the plan and its answer."""

    index: int
    """Place in the plan, from 0."""
    question: str
    """The question as it was asked, with the answers that it refers to filled in."""
    route: str
    """Who answered: "documents" or "tools"."""
    answer: str | None
    confidence: float
    """Probability of the answer; 1 from tools, whose results are not doubted, 0 without an answer."""
    citations: list[Citation]
    closest: NotRequired[list[Citation]]
    """What came closest where there is no answer; older threads have none."""


def add_steps(before: list[ReasonStep], new: list[ReasonStep]) -> list[ReasonStep]:
    """Join steps that were answered in parallel, in the plan's order; no steps begins anew.

    A new step takes the place of an earlier one of the same question.
    """
    steps = {step["index"]: step for step in before + new} if new else {}
    return [steps[index] for index in sorted(steps)]


class ReasonerInput(TurnInput):
    """What to find out. Without a question, the conversation's last message is it."""


class ReasonerOutput(TurnOutput):
    """The answer, None when it could not be found out, and the steps that lead to it."""

    standalone_question: str
    """The question as it reads without the conversation."""
    plan: list[str]
    """The simple questions; `#1` stands for the answer to the first."""
    steps: Annotated[list[ReasonStep], add_steps]
    """The questions that were asked and their answers, in the plan's order."""
    confidence: float
    """Confidence of the weakest step times probability that the steps support the answer."""


class ReasonerState(ReasonerOutput, TurnState):
    """What passes between the nodes."""

    roads: list[str]
    """Who answers each question of the plan: "documents" or "tools"."""
    settings: dict[str, Any]
    """What the context set when the turn began; a run that goes on after a pause may have none."""


class Assignment(TypedDict):
    """A question that is ready to be asked."""

    index: int
    route: str
    """Who answers it."""
    question: str
    """The question with the answers that it refers to."""
    settings: dict[str, Any]
    """What the context set when the turn began."""
