"""LangChain's messages as the chat template reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ChatMessage, FunctionMessage, ToolMessage

from llm.errors import RequestError
from llm.tokenization.special_tokens import TASKS
from llm.tokenization.template import Message


def to_template(messages: Sequence[BaseMessage]) -> list[Message]:
    """Translate a conversation into the messages that `llm.tokenization.template` renders.

    Raises:
        RequestError: A message holds something that is not text, such as an image; it is named.
    """
    return [_translate(message) for message in messages]


def task_of(messages: Sequence[BaseMessage]) -> str | None:
    """Return the task that a conversation's system message is named after, if there is one."""
    for message in messages:
        if message.type == "system" and message.name in TASKS:
            return message.name
    return None


def _translate(message: BaseMessage) -> Message:
    translated: dict[str, Any] = {"role": _role(message), "content": _text(message)}
    if message.name:
        translated["name"] = message.name
    if isinstance(message, AIMessage) and message.tool_calls:
        translated["tool_calls"] = [
            {"function": {"name": call["name"], "arguments": call["args"]}} for call in message.tool_calls
        ]
    return translated


def _role(message: BaseMessage) -> str:
    if isinstance(message, ChatMessage):
        return message.role
    if isinstance(message, ToolMessage | FunctionMessage):
        return "tool"
    kind = message.type.removesuffix("MessageChunk").lower()
    return {"human": "user", "ai": "assistant"}.get(kind, kind)


def without_surrogates(text: str) -> str:
    """Return a text in which halves of characters, which JSON can hold, are joined or replaced by U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text(message: BaseMessage) -> str:
    if isinstance(message.content, str):
        return without_surrogates(message.content)
    return without_surrogates("".join(_block_text(block, message) for block in message.content))


def _block_text(block: str | dict[Any, Any], message: BaseMessage) -> str:
    if isinstance(block, str):
        return block
    kind = block.get("type")
    if kind == "text":
        return str(block.get("text", ""))
    if isinstance(message, AIMessage):  # its calls stand in `tool_calls`; reasoning is not repeated
        return ""
    raise RequestError(
        f"The model reads text only, but a {message.type} message holds a block of type {kind!r}."
    )
