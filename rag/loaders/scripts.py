"""Superscripts and subscripts as plain text, in which "10" and a raised "6" would read as 106."""

from __future__ import annotations

import re

_SIGNS = "+\\-\u2013\u2212"
_PLAIN = re.compile(rf"[{_SIGNS}]?\w+(?:[.,]\w+)*[{_SIGNS}]?|\(.*\)", re.DOTALL)
_ELEMENT = re.compile(r"[A-Z][a-z]?$")
_ORDINALS = frozenset({"st", "nd", "rd", "th", "er"})
_TRADE_MARKS = frozenset({"tm", "sm"})


def script_marks(is_raised: bool, before: str, content: str) -> tuple[str, str]:
    """Return what is written before and behind a superscript or subscript, as people type it: "10^(n+1)".

    Nothing is where none is needed: after a stop or a space, for "[3]", "5th" and "H2O".

    Args:
        is_raised: Whether it is a superscript.
        before: At least the two characters before it, where there are so many.
        content: Its text.
    """
    words = content.strip()
    touches = before[-1:].isalnum() and content[:1].strip().strip("[^_")  # within "10^6" nothing is missing
    if not touches or not any(map(str.isalnum, words)) or _is_typed_so(is_raised, before, words):
        return "", ""
    mark = "^" if is_raised else "_"
    return (mark, "") if _PLAIN.fullmatch(words) else (f"{mark}(", ")")


def _is_typed_so(is_raised: bool, before: str, words: str) -> bool:
    """Whether everybody types it without a mark: an ordinal, a trade mark, the index of an element."""
    if is_raised:
        return words.lower() in (_ORDINALS if before[-1].isdigit() else _TRADE_MARKS)
    return words.isdigit() and _ELEMENT.search(before) is not None
