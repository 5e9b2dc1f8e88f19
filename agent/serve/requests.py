"""What callers send, checked: the part of OpenAI's chat completions that the model can do."""

from __future__ import annotations

from typing import Any, Literal

from langchain_core.messages import BaseMessage, convert_to_messages
from pydantic import BaseModel, ConfigDict, Field, field_validator

from agent.conversations.question import is_text
from llm.errors import RequestError

_LARGEST_SEED = 2**63 - 1


class Function(BaseModel):
    """A function that the model may call."""

    name: str = Field(min_length=1, max_length=64)
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})

    @field_validator("parameters")
    @classmethod
    def _is_schema_of_an_object(cls, parameters: dict[str, Any]) -> dict[str, Any]:
        properties, required = parameters.get("properties") or {}, parameters.get("required") or []
        if not isinstance(properties, dict) or not all(
            isinstance(each, dict) for each in properties.values()
        ):
            raise ValueError("properties must map names to JSON Schemas")
        if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
            raise ValueError("required must be a list of names")
        return parameters


class Tool(BaseModel):
    """A tool; functions are the only kind."""

    type: Literal["function"]
    function: Function


class StreamOptions(BaseModel):
    """Options of a streamed reply."""

    include_usage: bool = False


class ChatCompletionRequest(BaseModel):
    """A request for a reply. Fields of OpenAI's interface that mean nothing here are let through."""

    model_config = ConfigDict(extra="allow")

    messages: list[dict[str, Any]] = Field(min_length=1)
    model: str = ""
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    tools: list[Tool] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    stop: str | list[str] | None = None
    seed: int | None = Field(None, ge=-_LARGEST_SEED, le=_LARGEST_SEED)
    response_format: dict[str, Any] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = Field(None, ge=0, le=20)

    def conversation(self) -> list[BaseMessage]:
        """Return the messages as LangChain has them.

        Raises:
            RequestError: One of them is no message; it is named by its place.
        """
        read: list[BaseMessage] = []
        for number, message in enumerate(self.messages):
            try:
                read += convert_to_messages([_with_content(message)])
            except Exception as error:  # LangChain checks by stumbling: any class of error may come
                raise RequestError(f"messages.{number} is no message: {_reason(error)}") from error
        return read

    def options(self) -> dict[str, Any]:
        """Return what the model is called with."""
        stop = [self.stop] if isinstance(self.stop, str) else self.stop
        text_only = self.response_format is None or self.response_format.get("type") == "text"
        tools = [tool.model_dump() for tool in self.tools] if self.tools else None
        options = {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_tokens": self.max_completion_tokens or self.max_tokens,
            "stop": stop or None,
            "seed": self.seed,
            "response_format": None if text_only else self.response_format,
            "tools": tools,
            "tool_choice": self.tool_choice if tools else None,
            "parallel_tool_calls": self.parallel_tool_calls if tools else None,
            "logprobs": self.logprobs or None,
            "top_logprobs": self.top_logprobs if self.logprobs else None,
        }
        return {name: value for name, value in options.items() if value is not None}


def _with_content(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message with a content, which OpenAI's interface leaves open where tools are called."""
    return {"content": None, **message} if message.get("tool_calls") else message


def _reason(error: Exception) -> str:
    """Return the first line of an error; a KeyError says only which key is missing."""
    if isinstance(error, KeyError):
        return f"it has no {error}."
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


class AskRequest(BaseModel):
    """A question about the documents."""

    model_config = ConfigDict(extra="forbid")

    question: str
    history: list[tuple[str, str | None]] = Field(default_factory=list, max_length=100)
    """The conversation before: pairs of question and answer, null where there was none."""

    @field_validator("history")
    @classmethod
    def _is_text(cls, history: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
        if not all(is_text(said) for turn in history for said in turn if said):
            raise ValueError("it holds half a character, which is no text")
        return history
