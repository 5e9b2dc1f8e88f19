"""Tool calls between LangChain's words and the model's: what may be called, and what was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from langchain_core.messages import InvalidToolCall, ToolCall
from langchain_core.messages.tool import ToolCallChunk, invalid_tool_call, tool_call, tool_call_chunk

from llm.errors import RequestError
from llm.tokenization.opening import StringCloser, close_strings

_OPENING = '{"name":'
_ARGUMENTS = ',"arguments":'


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Which tools a reply may call and whether it must."""

    tools: Sequence[Mapping[str, Any]]
    is_required: bool
    is_allowed: bool = True
    """Whether any may be called; if not, a single tool is in view all the same."""

    @classmethod
    def of(cls, tools: Sequence[Mapping[str, Any]], choice: object) -> ToolChoice:
        """Read LangChain's `tool_choice`.

        Args:
            tools: Tools in OpenAI's format.
            choice: None or "auto" (the model decides), "any", "required" or True (some call), "none" or
                False (no call), the name of a tool, or a dictionary that names one.

        Raises:
            RequestError: It names a tool that is not there, or a tool is none that the program can run.
        """
        for tool in tools:
            if "function" not in tool:
                raise RequestError(f"{dict(tool)!r} is a tool of another service; bind functions instead")
        if choice in (None, "auto"):
            return cls(tools, is_required=False)
        if choice in ("any", "required", True):
            return cls(tools, is_required=True)
        if choice in ("none", False):
            return cls(tools if len(tools) == 1 else (), is_required=False, is_allowed=False)
        if isinstance(choice, Mapping) and choice.get("type") in ("auto", "any", "none"):
            return cls.of(tools, choice["type"])
        name = _name_in(choice)
        named = [tool for tool in tools if tool["function"]["name"] == name]
        if not named:
            known = ", ".join(tool["function"]["name"] for tool in tools)
            raise RequestError(f"tool_choice={choice!r} names no bound tool; there are: {known}")
        return cls(named, is_required=True)


def _name_in(choice: object) -> object:
    if not isinstance(choice, Mapping):
        return choice
    return choice.get("name") or (choice.get("function") or {}).get("name")


@dataclass(slots=True)
class ToolCallReader:
    """Follows the JSON text of one call as it is written.

    The grammar fixes the form `{"name":…,"arguments":…}`, so the name is known as soon as the
    arguments begin, and these can be passed on as they come.
    """

    index: int
    """Place of the call in its reply, from 0."""
    id: str = field(default_factory=lambda: f"call_{uuid4().hex}")
    name: str = ""
    arguments: str = ""
    """Their JSON text as the model wrote it, and the bracket that closes the call."""
    _opening: str = ""
    _closer: StringCloser = field(default_factory=StringCloser)

    def read(self, text: str) -> ToolCallChunk | None:
        """Add text; return what is new about the call: first its name, then pieces of its arguments."""
        is_new = not self.name
        if is_new:
            self._opening += text
            before, separator, text = self._opening.partition(_ARGUMENTS)
            if not separator:
                return None
            self.name = json.loads(before.removeprefix(_OPENING))
        known = len(self._certain())
        self.arguments += text
        piece = self._closer.close(self._certain()[known:])
        if is_new:
            return tool_call_chunk(name=self.name, args=piece, id=self.id, index=self.index)
        return tool_call_chunk(args=piece, index=self.index) if piece else None

    def finish(self) -> ToolCall | InvalidToolCall:
        """Return the whole call; an invalid one only if the tokens ran out before its end."""
        try:
            arguments = json.loads(self.arguments.removesuffix("}"))
        except ValueError:
            return invalid_tool_call(
                name=self.name or None,
                args=self.arguments or self._opening,
                id=self.id,
                error="The reply ended before the call was complete: raise max_tokens.",
            )
        return tool_call(name=self.name, args=close_strings(arguments), id=self.id)

    def _certain(self) -> str:
        """Return the arguments without the last character, which may close the call around them."""
        return self.arguments[:-1]
