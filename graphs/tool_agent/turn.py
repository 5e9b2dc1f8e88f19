"""The turn of the tool agent: what was called, and what the tools said, since its question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage

from graphs.tool_agent.guard import REFUSALS
from graphs.tool_agent.state import ToolAgentState, ToolRecord


def this_turn(state: Mapping[str, Any]) -> list[AnyMessage]:
    """Return the question of a turn and the messages after it, also those of a person that a tool added."""
    messages: list[AnyMessage] = state["messages"]
    ids = [message.id for message in messages]
    return messages[ids.index(state["question_id"]) :] if state["question_id"] in ids else messages


def turn_calls(turn: Sequence[AnyMessage]) -> list[ToolCall]:
    """Return the tool calls of messages, oldest first."""
    asking = (message for message in turn if isinstance(message, AIMessage))
    return [call for message in asking for call in message.tool_calls]


def invalid_rounds(state: ToolAgentState) -> int:
    """Return how often the model made a call in this turn that could not be read."""
    turn = this_turn(state)
    return sum(isinstance(message, AIMessage) and bool(message.invalid_tool_calls) for message in turn)


def latest(state: ToolAgentState) -> AIMessage:
    """Return what the model said last."""
    return next(message for message in reversed(state["messages"]) if isinstance(message, AIMessage))


def failed_first(state: ToolAgentState) -> ToolCall | None:
    """Return the turn's only call if its tool failed; a call that was refused did not get there."""
    match this_turn(state):
        case [HumanMessage(), AIMessage(tool_calls=[call]), ToolMessage(status="error")] if (
            call["id"] not in state["refused"]
        ):
            return call
    return None


def results(messages: Sequence[AnyMessage]) -> list[ToolMessage]:
    """Return what tools said."""
    return [message for message in messages if isinstance(message, ToolMessage)]


def told_last(state: ToolAgentState) -> ToolMessage | None:
    """Return the turn's last result, the last error where no tool had a result, or nothing."""
    told = [message for message in results(this_turn(state)) if message.text not in REFUSALS]
    succeeded = [message for message in told if message.status == "success"]
    return (succeeded or told)[-1] if told else None


def told_now(state: ToolAgentState) -> list[ToolMessage]:
    """Return what tools said to the calls that the model made last."""
    turn = this_turn(state)
    last = max(place for place, message in enumerate(turn) if isinstance(message, AIMessage))
    return results(turn[last:])


def records(state: ToolAgentState) -> list[ToolRecord]:
    """Return the turn's calls that were answered, in order."""
    turn = this_turn(state)
    told = {message.tool_call_id: message for message in results(turn)}
    answered = [(call, told[str(call["id"])]) for call in turn_calls(turn) if str(call["id"]) in told]
    return [
        ToolRecord(name=call["name"], arguments=call["args"], result=result.text, status=result.status)
        for call, result in answered
    ]


def with_own_ids(reply: AIMessage, messages: Sequence[AnyMessage]) -> AIMessage:
    """Give each call an id that no other has: refusals and results are told apart by them.

    Some models give none, or the same ones in every reply.

    Args:
        reply: What the model said.
        messages: The conversation before it.
    """
    asking = [message for message in messages if isinstance(message, AIMessage)]
    used = {call["id"] for message in asking for call in [*message.tool_calls, *message.invalid_tool_calls]}

    def own(call: Mapping[str, Any]) -> dict[str, Any]:
        kept = call["id"] if call["id"] and call["id"] not in used else f"call_{uuid4().hex}"
        used.add(kept)
        return {**call, "id": kept}

    calls = [own(call) for call in reply.tool_calls]
    invalid = [own(call) for call in reply.invalid_tool_calls]
    return reply.model_copy(update={"tool_calls": calls, "invalid_tool_calls": invalid})


def unanswered(messages: Sequence[AnyMessage]) -> list[AIMessage]:
    """Return the messages whose calls have no result, as their turn was given up; services refuse such."""
    answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
    asking = (message for message in messages if isinstance(message, AIMessage))
    return [message for message in asking if any(call["id"] not in answered for call in message.tool_calls)]
