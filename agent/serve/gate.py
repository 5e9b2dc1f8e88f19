"""The gate of the server: so many at a time, so many in the queue, and an honest no to all others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


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
    async def enter(self) -> AsyncIterator[None]:
        """Wait for a place and hold it.

        Raises:
            BusyError: The queue is full.
        """
        if self._places.locked() and self._waiting >= self._queue:
            raise BusyError(self._waiting)
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()
