"""Prompt lookup: guess the next tokens by copying what followed the same words before.

Quotations, tool arguments and answers repeat their prompt. When the last tokens occurred earlier,
what followed them there is proposed, and the model checks all proposals in one pass (Saxena 2023,
"Prompt Lookup Decoding"). A wrong guess costs little and never changes the reply.
"""

from __future__ import annotations

from collections.abc import Iterable


class PromptLookup:
    """Proposes continuations from the tokens seen so far.

    Args:
        tokens: The prompt.
        shortest: Fewest tokens that must match before copying.
        longest: Most tokens that are compared; longer matches are preferred.
        most: Most tokens to propose at once.
    """

    def __init__(self, tokens: Iterable[int], shortest: int = 2, longest: int = 3, most: int = 24) -> None:
        self._sizes = range(longest, shortest - 1, -1)
        self._most = most
        self._length = 8
        self._tokens: list[int] = []
        self._next_place: dict[tuple[int, ...], int] = {}
        self._earlier_place: dict[tuple[int, ...], int] = {}
        for token in tokens:
            self.append(token)

    def append(self, token: int) -> None:
        """Add a token to the text."""
        self._tokens.append(token)
        for size in self._sizes:
            if size <= len(self._tokens):
                ending = tuple(self._tokens[-size:])
                if ending in self._next_place:
                    self._earlier_place[ending] = self._next_place[ending]
                self._next_place[ending] = len(self._tokens)

    def propose(self, limit: int) -> list[int]:
        """Return at most `limit` tokens that may come next; none when nothing matches."""
        for size in self._sizes:
            place = self._earlier_place.get(tuple(self._tokens[-size:]))
            if place is not None:
                return self._tokens[place : place + min(self._length, limit)]
        return []

    def report(self, proposed: int, accepted: int) -> None:
        """Learn how a proposal fared: guess further after success, less far after failure."""
        if proposed and accepted == proposed:
            self._length = min(2 * self._length, self._most)
        elif proposed:
            self._length = max(accepted + 2, 4)
