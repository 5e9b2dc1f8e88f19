"""The model behind OpenAI's interface: `/v1/models` and `/v1/chat/completions`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, StreamingResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from agent.assembly import Assembly
from agent.serve.callers import result_for
from agent.serve.errors import error_response, refusing, response_for
from agent.serve.gate import Gate
from agent.serve.replies import ReplyWriter
from agent.serve.requests import ChatCompletionRequest


def completions_router(assembly: Assembly, gate: Gate) -> APIRouter:
    """Return the routes of OpenAI's interface."""
    router = APIRouter(prefix="/v1")
    name = assembly.settings.model

    @router.get("/models")
    async def models() -> dict[str, object]:
        """List the model."""
        return {"object": "list", "data": [_model_card(name)]}

    @router.get("/models/{model:path}", response_model=None)
    async def model(model: str) -> dict[str, object] | JSONResponse:
        """Describe the model."""
        return _model_card(name) if model == name else _unknown_model(model, name)

    @router.post("/chat/completions", response_model=None)
    async def complete(asked: ChatCompletionRequest, request: Request) -> JSONResponse | StreamingResponse:
        """Reply to a conversation."""
        if asked.model and asked.model != name:
            return _unknown_model(asked.model, name)
        chat_model = await asyncio.to_thread(assembly.model.get)
        async with AsyncExitStack() as stack:
            stack.enter_context(refusing())
            messages = asked.conversation()
            await stack.enter_async_context(gate.enter(request))
            stack.enter_context(assembly.answering())
            if not asked.stream:
                work = asyncio.create_task(chat_model.ainvoke(messages, **asked.options()))
                reply = await result_for(request, work, work.cancel)
                return JSONResponse(ReplyWriter(name).whole(reply))
            lines = await _begin(chat_model, messages, asked, ReplyWriter(name))
            return _HeldStream(lines, stack.pop_all())

    return router


class _HeldStream(StreamingResponse):
    """A streamed reply that holds its place at the gate until it is over, however it ends."""

    def __init__(self, lines: AsyncIterator[str], place: AsyncExitStack) -> None:
        super().__init__(lines, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._place:
            await super().__call__(scope, receive, send)


async def _begin(
    model: BaseChatModel, messages: list[BaseMessage], asked: ChatCompletionRequest, writer: ReplyWriter
) -> AsyncIterator[str]:
    """Wait for the first piece, so that a refusal still has a status of its own."""
    chunks = aiter(model.astream(messages, **asked.options()))
    return _lines(await anext(chunks), chunks, asked, writer)


async def _lines(
    first: AIMessageChunk,
    chunks: AsyncIterator[AIMessageChunk],
    asked: ChatCompletionRequest,
    writer: ReplyWriter,
) -> AsyncIterator[str]:
    reply = first
    try:
        if piece := writer.piece(first):
            yield _event(piece)
        async for chunk in chunks:
            reply += chunk
            if piece := writer.piece(chunk):
                yield _event(piece)
    except Exception as error:  # the status is sent already: it can only be told in the stream
        yield f"data: {bytes(response_for(error).body).decode()}\n\n"
        return
    yield _event(writer.end(reply.response_metadata))
    if asked.stream_options and asked.stream_options.include_usage:
        yield _event(writer.spent(reply.usage_metadata))
    yield "data: [DONE]\n\n"


def _event(content: dict[str, Any]) -> str:
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"


def _model_card(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "homespun"}


def _unknown_model(asked: str, name: str) -> JSONResponse:
    message = f"There is no model {asked!r} here: ask for {name!r}."
    return error_response(404, message, "invalid_request_error", "model_not_found")
