"""Work for callers, who may go away before it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request

_LOOK_SECONDS = 0.5
"""How often it is looked whether the caller is still there."""

T = TypeVar("T")


class GoneError(Exception):
    """The caller has gone, so nobody reads a response."""

    def __init__(self) -> None:
        super().__init__("The caller has gone.")


async def result_for(request: Request, work: asyncio.Task[T], stop: Callable[[], object]) -> T:
    """Wait for work as long as its caller does, and return its result.

    Args:
        request: What was asked.
        work: Its answer under way.
        stop: Ends the work early; called when the caller has gone, and again when all is over.

    Raises:
        GoneError: The work was cancelled, because the caller has gone.
    """
    try:
        while not (await asyncio.wait({work}, timeout=_LOOK_SECONDS))[0]:
            if await request.is_disconnected():
                stop()
        if work.cancelled():
            raise GoneError
        return work.result()
    finally:
        stop()
