"""Questions about the documents over HTTP."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.requests import Request

from agent.assembly import Assembly
from agent.conversations.events import Approval, Finished
from agent.conversations.question import check_question
from agent.errors import Cancelled
from agent.serve.callers import GoneError, result_for
from agent.serve.gate import Gate
from agent.serve.requests import AskRequest


def questions_router(assembly: Assembly, gate: Gate) -> APIRouter:
    """Return the routes that answer from the documents."""
    router = APIRouter()

    @router.post("/v1/documents/ask")
    async def ask(asked: AskRequest, request: Request) -> JSONResponse:
        """Answer a question from the documents, with its sources."""
        question = check_question(asked.question)
        cancel = threading.Event()
        async with gate.enter(request):
            work = asyncio.create_task(asyncio.to_thread(_answer, assembly, question, asked.history, cancel))
            try:
                return JSONResponse(await result_for(request, work, cancel.set))
            except Cancelled:
                raise GoneError from None

    return router


def _answer(
    assembly: Assembly, question: str, history: list[tuple[str, str | None]], cancel: threading.Event
) -> dict[str, Any]:
    for event in assembly.answerer.get().stream(question, history, cancel):
        if isinstance(event, Approval):
            event.decide(())
        elif isinstance(event, Finished):
            return event.answer.to_json()
    raise RuntimeError("the graph ended without an answer")
