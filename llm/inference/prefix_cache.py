"""Keeps the keys and values of the last prompts, so that what they share is read once.

The nodes of a graph send prompts that begin alike, and a chat sends its whole history again each
turn. A generation takes a slot, works in it alone, and puts it back with the tokens it then holds.
Where prompts are read in blocks, whole blocks are reused: a reply is the same with and without them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from llm.model.kv_cache import KeyValueCache

WORTH_COPYING = 16
"""Fewest shared tokens for which a slot's beginning is copied into another slot."""


@dataclass(eq=False, slots=True)
class Slot:
    """A cache of one sequence and the tokens whose keys and values it holds."""

    cache: KeyValueCache
    tokens: list[int] = field(default_factory=list)
    steady: int = 0
    """How many of the first tokens were read in whole blocks of a prompt."""

    def shared_with(self, prompt: Sequence[int]) -> int:
        """Return how many first tokens of a prompt it holds."""
        shared = 0
        for held, wanted in zip(self.tokens, prompt, strict=False):
            if held != wanted:
                break
            shared += 1
        return shared


class PrefixCache:
    """A few slots, the least recently used of which is given up first.

    Args:
        new_cache: Makes an empty cache of one sequence.
        slots: How many sequences are remembered.
        block: Reuse only whole blocks of that many tokens, which were read as such; 1 reuses all.
    """

    def __init__(self, new_cache: Callable[[], KeyValueCache], slots: int = 4, block: int = 1) -> None:
        self._block = block
        self._new_cache = new_cache
        self._most = slots
        self._free: list[Slot] = []
        """Slots that nobody works in, the most recently used last."""
        self._returned: deque[Slot] = deque()
        """Slots that were put back since."""
        self._guard = threading.Lock()

    def take(self, prompt: Sequence[int]) -> Slot:
        """Return a slot of the caller's own, holding as much of the prompt's beginning as is known.

        The last token of the prompt is never among it: its scores are still to be computed.
        """
        with self._guard:
            self._take_in()
            shared, best = max(
                ((self._reusable(slot, prompt), index) for index, slot in enumerate(self._free)),
                default=(0, -1),
            )
            source = self._free[best] if shared else None
            if source is not None and shared == self._lasting(source):
                slot = self._free.pop(best)
            elif source is not None and shared >= WORTH_COPYING:
                slot = self._give_up(but_not=source)
                _copy(source, slot, shared)
            else:
                slot, shared = self._give_up(but_not=None), 0
        slot.cache.truncate(shared)
        slot.tokens = list(prompt[:shared])
        slot.steady = shared
        return slot

    def put_back(self, slot: Slot) -> None:
        """Give a slot back; its `tokens` must be those that its cache holds.

        Without a lock: the garbage collector may end an abandoned reply, in any thread, while that takes one.
        """
        self._returned.append(slot)

    def clear(self) -> None:
        """Forget everything."""
        with self._guard:
            self._returned.clear()
            self._free.clear()

    def _take_in(self) -> None:
        """Put what was returned among the free slots."""
        while self._returned:
            self._free.append(self._returned.popleft())
        del self._free[: -self._most]

    def _lasting(self, slot: Slot) -> int:
        """Return how many of a slot's tokens any later prompt could reuse."""
        return len(slot.tokens) if self._block == 1 else slot.steady

    def _reusable(self, slot: Slot, prompt: Sequence[int]) -> int:
        shared = min(slot.shared_with(prompt[:-1]), self._lasting(slot))
        return shared - shared % self._block

    def _give_up(self, but_not: Slot | None) -> Slot:
        if len(self._free) >= self._most:
            for index, slot in enumerate(self._free):
                if slot is not but_not:
                    return self._free.pop(index)
        return Slot(self._new_cache())


def _copy(source: Slot, target: Slot, length: int) -> None:
    target.cache.keys[..., :length, :] = source.cache.keys[..., :length, :]
    target.cache.values[..., :length, :] = source.cache.values[..., :length, :]
    target.cache.length = length
