"""The gate of the server: so many at a time, so many in the queue, and an honest no to all others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from agent.serve.callers import result_for


class BusyError(Exception):
    """The queue is full."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"The server is busy and {waiting} requests are waiting already: try again later.")


class Gate:
    """Lets requests in, in the order in which they came.

    Args:
        concurrency: Requests that are answered at the same time.
        queue: Requests that may wait.
    """

    def __init__(self, concurrency: int, queue: int) -> None:
        self._places = asyncio.Semaphore(concurrency)
        self._queue = queue
        self._waiting = 0

    @asynccontextmanager
    async def enter(self, request: Request) -> AsyncIterator[None]:
        """Wait for a place and hold it.

        Raises:
            BusyError: The queue is full.
            GoneError: The caller has gone while it waited.
        """
        if not self._places.locked():
            await self._places.acquire()  # without a pause, in which another could take the place
        elif self._waiting < self._queue:
            await self._wait(request)
        else:
            raise BusyError(self._waiting)
        try:
            yield
        finally:
            self._places.release()

    async def _wait(self, request: Request) -> None:
        """Wait for a place as long as the caller does: one who has gone takes no place in the queue."""
        place = asyncio.create_task(self._places.acquire())
        self._waiting += 1
        try:
            await result_for(request, place, place.cancel)
        except asyncio.CancelledError:  # the server itself ends
            if place.done() and not place.cancelled():
                self._places.release()
            raise
        finally:
            self._waiting -= 1
