"""Answer on a thread of its own, so that the terminal stays alive and Ctrl-C is heard at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import TypeAlias

from agent.conversations.events import Event
from agent.errors import Cancelled

Work: TypeAlias = Callable[[threading.Event], Iterator[Event]]
"""Takes the event that cancels it."""

_PATIENCE = 2.0
"""Seconds that a cancelled answer gets to come to its end."""


class BackgroundAnswer:
    """An answer under way: a context manager to iterate over in the main thread.

    Leaving the context early, for example by Ctrl-C, cancels the answer.

    Args:
        work: Yields the events of the answer.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._cancel = threading.Event()
        self._items: queue.SimpleQueue[Event | BaseException | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="answer", daemon=True)

    def __enter__(self) -> BackgroundAnswer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cancel.set()
        with suppress(KeyboardInterrupt):  # an impatient person need not wait; it ends by itself
            self._thread.join(_PATIENCE)
        if isinstance(error, KeyboardInterrupt):
            raise Cancelled from None

    def __iter__(self) -> Iterator[Event]:
        """Yield the events; an error of the work is raised here."""
        while (item := self._next()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def _next(self) -> Event | BaseException | None:
        while True:
            try:
                # A wait without end would not hear Ctrl-C on every platform.
                return self._items.get(timeout=0.2)
            except queue.Empty:
                continue

    def _run(self) -> None:
        try:
            for event in self._work(self._cancel):
                self._items.put(event)
        except BaseException as error:  # raised again in the thread that waits
            self._items.put(error)
        else:
            self._items.put(None)
