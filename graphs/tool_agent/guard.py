"""Guards around tools: what may run, for how long, and how much of a result the model reads.

Nothing here decides what to do next, only what may not happen: a call over the budget, the same call
twice, a change that nobody approved, a result that fills the context, a tool that never returns.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from langchain_core.messages import ToolCall, ToolMessage, convert_to_messages
from langchain_core.tools import BaseTool, ToolException
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command

from graphs.tool_agent.reading import cut_passages
from graphs.tool_agent.thread import leaving_its_thread, within

Reply = ToolMessage | Command[Any]
Result = TypeVar("Result")

NOT_ALLOWED = "Error: the person did not allow this call."
REPEATED = "Error: this call was made already; use its result."
OVER_BUDGET = "Error: the budget of tool calls is used up."
REFUSALS = (NOT_ALLOWED, REPEATED, OVER_BUDGET)
"""What the model reads of calls that may not run: nothing that a tool said."""

_LONGEST_ERROR = 500
"""Characters of an error that the model reads."""


@dataclass(frozen=True, slots=True)
class ToolGuard:
    """Stands between the tool node and its tools.

    Args:
        seconds: How long a tool may take.
        characters: How much of a result the model reads.
        can_read: Whether it can read that much, in the state that the call was made in.
    """

    seconds: float
    characters: int
    can_read: Callable[[Any, ToolMessage], bool]

    def run(self, request: ToolCallRequest, execute: Callable[[ToolCallRequest], Reply]) -> Reply:
        """Run a call unless it was refused."""
        if refusal := self._refusal(request):
            return refusal
        try:
            reply = within(self.seconds, lambda: execute(request))
        except TimeoutError:
            return self._late(request)
        return self._cut(reply, request.state)

    async def arun(
        self, request: ToolCallRequest, execute: Callable[[ToolCallRequest], Awaitable[Reply]]
    ) -> Reply:
        """Run a call unless it was refused."""
        if refusal := self._refusal(request):
            return refusal
        tool = request.tool
        apart = request if tool is None else request.override(tool=leaving_its_thread(tool))
        try:
            async with asyncio.timeout(self.seconds):
                reply = await execute(apart)
        except TimeoutError:
            return self._late(request)
        return self._cut(reply, request.state)

    def _refusal(self, request: ToolCallRequest) -> ToolMessage | None:
        reason = request.state["refused"].get(request.tool_call["id"])
        return None if reason is None else _error(request.tool_call, reason)

    def _late(self, request: ToolCallRequest) -> ToolMessage:
        return _error(request.tool_call, f"Error: no result within {self.seconds:g} seconds.")

    def _cut(self, reply: Result, state: Any) -> Result:
        cut: Any = reply
        match reply:
            case ToolMessage():
                cut = self._fit(cut_passages(reply, self.characters), state)
            case Command(update={"messages": messages, **others}):
                added = self._cut(convert_to_messages(messages), state)
                cut = replace(reply, update={**others, "messages": added})
            case list():  # a tool may return several
                cut = [self._cut(each, state) for each in reply]
        return cast(Result, cut)

    def _fit(self, result: ToolMessage, state: Any) -> ToolMessage:
        kept = min(self.characters, len(result.text))
        fitted = shorten(result, kept)
        while kept and not self.can_read(state, fitted):
            kept = kept * 4 // 5
            fitted = shorten(result, kept)
        return fitted


def shorten(result: ToolMessage, characters: int) -> ToolMessage:
    """Cut the text of a result that is longer, and say so; pictures stay as they are."""
    length = len(result.text)
    if length <= characters:
        return result
    note = f"\n[The first {characters} of {length} characters.]"
    if isinstance(result.content, str):
        return result.model_copy(update={"content": result.content[:characters] + note})
    blocks: list[Any] = []
    left = characters
    for block in result.content:
        text = block if isinstance(block, str) else block.get("text") if block.get("type") == "text" else None
        if text is None:
            blocks.append(block)
        elif left:
            kept = text[:left]
            blocks.append(kept if isinstance(block, str) else {**block, "text": kept})
            left -= len(kept)
    return result.model_copy(update={"content": [*blocks, {"type": "text", "text": note}]})


def explain_error(error: Exception) -> str:
    """Tell the model about a tool's failure, so that it can try otherwise."""
    kind = "" if isinstance(error, ToolException) else f"{type(error).__name__}: "
    return f"Error: {kind}{error}"[:_LONGEST_ERROR]


def refuse_repeated(calls: Sequence[ToolCall], earlier: Sequence[ToolCall]) -> dict[str, str]:
    """Refuse calls that were made before with the same arguments, by their id."""
    seen = {_signature(call) for call in earlier}
    refused: dict[str, str] = {}
    for call in calls:
        if _signature(call) in seen:
            refused[str(call["id"])] = REPEATED
        seen.add(_signature(call))
    return refused


def refuse_over_budget(calls: Sequence[ToolCall], left: int) -> dict[str, str]:
    """Refuse the calls after the first `left`, by their id."""
    return {str(call["id"]): OVER_BUDGET for call in calls[max(left, 0) :]}


def changes_something(tool: BaseTool) -> bool:
    """Whether a tool says that it changes something: `metadata={"changes": True}`.

    Tools of MCP servers say it with `readOnlyHint`; one that does not say is taken to change
    something, as the protocol has it.
    """
    metadata = tool.metadata or {}
    if "readOnlyHint" in metadata or "destructiveHint" in metadata:
        return not metadata.get("readOnlyHint")
    return bool(metadata.get("changes"))


def _signature(call: ToolCall) -> str:
    return json.dumps([call["name"], call["args"]], sort_keys=True, default=str)


def _error(call: ToolCall, text: str) -> ToolMessage:
    return ToolMessage(text, name=call["name"], tool_call_id=str(call["id"]), status="error")
