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
        self._value: T | None = None
        self._built = False

    def __repr__(self) -> str:
        return f"Part({self.name!r}, ready={self.ready})"

    @property
    def ready(self) -> bool:
        """Whether `get` returns at once."""
        return self._built

    def get(self) -> T:
        """Return the part; the first caller builds it, others wait."""
        with self._lock:
            if not self._built:
                self._value = self._build()
                self._built = True
            return self._value  # type: ignore[return-value]

    def forget(self) -> None:
        """Let the next caller build it anew."""
        with self._lock:
            self._value = None
            self._built = False
