"""Turns the bytes of tokens into text that can be shown at once, and notices stop strings."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from llm.tokenization.opening import OPENING


class TextStream:
    """Collects bytes; gives text once it is certain.

    A character may be spread over tokens, and the end of the text may be the beginning of a stop
    string: both are held back until the next bytes decide. The space that opens every text is no stop string.

    Args:
        stop: Texts before which the stream ends.
    """

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = tuple(stop)
        self._held = ""
        self._is_begun = False
        self.is_stopped = False
        """Whether a stop string was met; nothing more comes then."""

    def push(self, data: bytes) -> str:
        """Add bytes; return the text that became certain."""
        return self._release(self._decoder.decode(data), is_last=False)

    def finish(self) -> str:
        """Return what was held back; an unfinished character becomes U+FFFD."""
        return self._release(self._decoder.decode(b"", final=True), is_last=True)

    def _release(self, text: str, *, is_last: bool) -> str:
        if self.is_stopped:
            return ""
        self._held += text
        first = len(OPENING) if not self._is_begun and self._held.startswith(OPENING) else 0
        # The stop string that is complete first counts, so how the text was cut makes no difference.
        found = ((stop, self._held.find(stop, first)) for stop in self._stop)
        met = [(place + len(stop), place) for stop, place in found if place >= 0]
        if met:
            self.is_stopped = True
            certain, self._held = self._held[: min(met)[1]], ""
            return certain
        keep = 0 if is_last else self._uncertain()
        certain, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        self._is_begun = self._is_begun or bool(certain)
        return certain

    def _uncertain(self) -> int:
        """Return the length of the longest ending that begins a stop string."""
        longest = max((len(stop) - 1 for stop in self._stop), default=0)
        for length in range(min(longest, len(self._held)), 0, -1):
            if any(stop.startswith(self._held[-length:]) for stop in self._stop):
                return length
        return 0
