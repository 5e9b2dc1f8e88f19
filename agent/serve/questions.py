"""Questions about the documents over HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.requests import Request

from agent.assembly import Assembly
from agent.conversations.answering import Exchange
from agent.conversations.question import check_question
from agent.errors import Cancelled
from agent.serve.callers import GoneError, result_for
from agent.serve.gate import Gate
from agent.serve.requests import AskRequest


def questions_router(assembly: Assembly, gate: Gate) -> APIRouter:
    """Return the routes that answer from the documents."""
    router = APIRouter()

    def answer(question: str, history: Sequence[Exchange], cancel: threading.Event) -> dict[str, Any]:
        with assembly.answering():
            return assembly.answerer.get().ask(question, history, cancel).to_json()

    @router.post("/v1/documents/ask")
    async def ask(asked: AskRequest, request: Request) -> JSONResponse:
        """Answer a question from the documents, with its sources."""
        question = check_question(asked.question)
        cancel = threading.Event()
        async with gate.enter(request):
            work = asyncio.create_task(asyncio.to_thread(answer, question, asked.history, cancel))
            try:
                return JSONResponse(await result_for(request, work, cancel.set))
            except Cancelled:
                raise GoneError from None

    return router
