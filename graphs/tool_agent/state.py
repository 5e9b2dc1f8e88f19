"""The state of the tool agent."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

from typing_extensions import TypedDict

from graphs.tool_agent.policy import check_approval, check_calls
from graphs.turn import TurnInput, TurnOutput, TurnState


class ToolRecord(TypedDict):
    """A tool call of this turn and what came of it."""

    name: str
    arguments: dict[str, Any]
    result: str
    """What the model read: the result, or the error."""
    status: Literal["success", "error"]


class ToolAgentInput(TurnInput):
    """What to do. Without a question, the conversation's last message is it."""


class ToolAgentOutput(TurnOutput):
    """The answer, None when the model had no words for one, and the calls it rests on."""

    calls: list[ToolRecord]
    """The tool calls of this turn, in order."""


class ToolAgentState(ToolAgentOutput, TurnState):
    """What passes between the nodes."""

    question_id: str
    """Id of the message that asks; the turn is what comes after it."""
    refused: dict[str, str]
    """Why calls of the latest message may not run, by their id."""
    approval: list[str] | None
    """What the context set when the turn began; a run that goes on after a pause may have none."""
    max_calls: int | None
    """The same."""
    settings: dict[str, Any]
    """The same, of a context of the assistant or the reasoner (`DocumentQAContext.kept`)."""


@dataclass(frozen=True, slots=True)
class ToolAgentContext:
    """What one run may set otherwise than the graph was built with (`invoke(..., context=...)`).

    Raises:
        ValueError: A value is out of its range.
    """

    max_calls: int | None = None
    """Calls that the model may make, no more than the graph was built for."""
    approval: Sequence[str] | Set[str] | None = None
    """Names of the tools that wait for a person, instead of those that the graph was built with."""

    def __post_init__(self) -> None:
        if self.max_calls is not None:
            check_calls(self.max_calls)
        check_approval(self.approval)


class ApprovalCall(TypedDict):
    """A call that waits for a person."""

    id: str
    name: str
    arguments: dict[str, Any]
    description: str
    """What the tool says about itself."""


class ApprovalRequest(TypedDict):
    """What the graph pauses with: the value of each `pause` in `result["__interrupt__"]`.

    Resume with `Command(resume={pause.id: … for pause in …})`: True for all calls of the pause, False for
    none, or a list of the ids allowed. The reasoner pauses once for each step that waits; a lone pause may
    be resumed without its id, as `Command(resume=…)`.
    """

    event: Literal["approval"]
    calls: list[ApprovalCall]
