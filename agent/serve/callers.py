"""Work for callers, who may go away before it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from fastapi.responses import JSONResponse
from starlette.requests import Request

from agent.serve.errors import error_response

_LOOK_SECONDS = 0.5
"""How often it is looked whether the caller is still there."""

T = TypeVar("T")


async def result_for(request: Request, work: asyncio.Task[T], stop: Callable[[], object]) -> T:
    """Wait for work as long as its caller does, and return its result.

    Args:
        request: What was asked.
        work: Its answer under way.
        stop: Ends the work early; called when the caller has gone, and again when all is over.
    """
    try:
        while not (await asyncio.wait({work}, timeout=_LOOK_SECONDS))[0]:
            if await request.is_disconnected():
                stop()
        return work.result()
    finally:
        stop()


def gone() -> JSONResponse:
    """Return the response to a caller who has gone, for the log."""
    return error_response(499, "The caller has gone.", "invalid_request_error")
