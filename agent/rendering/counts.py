"""How many there are of something, in words."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: "1 turn", "3 turns"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
