"""A part of the program that takes seconds to load: once, when needed or ahead of time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Part(Generic[T]):
    """Something that is built at most once, by whichever thread needs it first.

    A build that fails leaves the part unbuilt: the next caller tries again, and sees the error.

    Args:
        name: What the person waits for, for example "the language model".
        build: Makes it.
    """

    def __init__(self, name: str, build: Callable[[], T]) -> None:
        self.name = name
        self._build = build
        self._lock = threading.Lock()
        self._value: tuple[T] | None = None
        """What was built; a tuple, since None may be what was built."""

    def __repr__(self) -> str:
        return f"Part({self.name!r}, ready={self.ready})"

    @property
    def ready(self) -> bool:
        """Whether `get` returns at once."""
        return self._value is not None

    def get(self) -> T:
        """Return the part; the first caller builds it, others wait."""
        with self._lock:
            if self._value is None:
                self._value = (self._build(),)
            return self._value[0]

    def forget(self) -> None:
        """Let the next caller build it anew."""
        self.take()

    def take(self) -> T | None:
        """Forget what was built and return it, once a build under way has ended; None where nothing was."""
        with self._lock:
            value, self._value = self._value, None
        return value[0] if value else None
