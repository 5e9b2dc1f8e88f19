"""LangChain's messages as OpenAI's interface writes them."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk


class ReplyWriter:
    """Writes one reply, whole or in pieces, under one id.

    Args:
        model: Name of the model as the caller sees it.
    """

    def __init__(self, model: str) -> None:
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": model}
        self._begun = False
        self._called = False

    def whole(self, message: AIMessage) -> dict[str, Any]:
        """Return a complete reply."""
        body: dict[str, Any] = {"role": "assistant", "content": message.text or None}
        if message.tool_calls:
            body["tool_calls"] = [
                _call(call["id"], call["name"], json.dumps(call["args"], ensure_ascii=False))
                for call in message.tool_calls
            ]
        reason = _reason(message.response_metadata, bool(message.tool_calls))
        scores = _scores(message.response_metadata)
        choice = {"index": 0, "message": body, "finish_reason": reason, "logprobs": scores}
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": usage(message.usage_metadata),
        }

    def piece(self, chunk: AIMessageChunk) -> dict[str, Any] | None:
        """Return a piece of a streamed reply, or None where the chunk has nothing to say."""
        delta: dict[str, Any] = {}
        if not self._begun:
            delta["role"] = "assistant"
        if chunk.text:
            delta["content"] = chunk.text
        if chunk.tool_call_chunks:
            self._called = True
            delta["tool_calls"] = [_call_piece(call) for call in chunk.tool_call_chunks]
        scores = _scores(chunk.response_metadata)
        if not delta and not scores:
            return None
        self._begun = True
        return self._chunk(delta, None, scores)

    def end(self, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Return the piece that says why a streamed reply ended."""
        return self._chunk({}, _reason(metadata, self._called))

    def spent(self, counts: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the piece that says what a streamed reply cost."""
        return {**self._head, "object": "chat.completion.chunk", "choices": [], "usage": usage(counts)}

    def _chunk(
        self, delta: dict[str, Any], reason: str | None, scores: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": scores}
        return {**self._head, "object": "chat.completion.chunk", "choices": [choice]}


def usage(counts: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return LangChain's token counts in OpenAI's words."""
    known = counts or {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    details = known.get("input_token_details") or {}
    return {
        "prompt_tokens": known["input_tokens"],
        "completion_tokens": known["output_tokens"],
        "total_tokens": known["total_tokens"],
        "prompt_tokens_details": {"cached_tokens": details.get("cache_read", 0)},
    }


def _scores(metadata: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the log-probabilities of tokens, where they were asked for."""
    scores = metadata.get("logprobs")
    return {"refusal": None, **scores} if scores else None


def _call(call_id: str | None, name: str, arguments: str) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _call_piece(call: Mapping[str, Any]) -> dict[str, Any]:
    function = {"arguments": call.get("args") or ""}
    piece: dict[str, Any] = {"index": call.get("index") or 0, "function": function}
    if call.get("name"):
        piece |= {"id": call.get("id"), "type": "function"}
        piece["function"]["name"] = call["name"]
    return piece


def _reason(metadata: Mapping[str, Any], called: bool) -> str:
    return "tool_calls" if called else str(metadata.get("finish_reason") or "stop")
