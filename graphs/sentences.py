"""Sentences of a text with their exact offsets.

Quotations are shown as whole sentences, so this decides where a sentence begins and ends: in prose
at its full stop, in lists at the item, in tables at the row, in code at the line. Markdown headings
stand alone. Every span is a piece of the text as it is: nothing is normalised.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter

Span = tuple[int, int]
"""Offset of the first character and offset after the last."""

_ABBREVIATIONS = re.compile(
    r"(?:al|approx|ca|cf|ch|co|corp|dr|e\.g|eds?|eqs?|est|figs?|i\.e|inc|jr|ltd|mrs?|ms|nos|pp?|prof|refs?|resp"
    r"|sec|sr|st|tab|v|viz|vols?|vs)",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:^|[\s(\[.])[A-Z]$")
_WIDE_STOPS = "\u3002\uff01\uff1f"
_CLOSERS = "\"')\\]*_`\u2019\u201d\u300d\u300f\uff09"
_BOUNDARY = re.compile(rf"(?:[.!?…]+[{_CLOSERS}]*(?=\s|$)|[{_WIDE_STOPS}][{_CLOSERS}]*)")
_INLINE_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_FENCE = re.compile(r"\s*(```+|~~~+)")
_STANDALONE = re.compile(r"\s*(?:#{1,6}\s|\||[-=*_]{3,}\s*$)")
_NAMING = re.compile(r"#{1,6}\s|[-=*_|:\s]{3,}$")
"""How a heading or a rule begins."""
_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.):])\s+")
_LIST_MARKER = re.compile(r"\s*(?:>\s?)*(?:[-*+•]|\d{1,3}[.)]|[a-zA-Z][)])\s+")


def sentences(text: str) -> list[Span]:
    """Return the spans of the sentences of a text, in order, without surrounding white space."""
    return [span for block in _blocks(text) for span in _split(text, *block)]


def statements(text: str) -> list[Span]:
    """Return the spans of the sentences that tell something, which a Markdown heading or a rule does not."""
    return [span for span in sentences(text) if not _NAMING.match(text, *span)]


def enclosing_sentences(text: str, start: int, end: int) -> Span:
    """Widen a span of a text to the whole sentences that it touches.

    A span that touches no sentence, for instance a code fence, is returned as it is.
    """
    return widened((start, end), sentences(text))


def widened(span: Span, whole: Sequence[Span]) -> Span:
    """Widen a span to all of those that it touches; they follow each other and do not overlap."""
    start, end = span
    first = bisect_right(whole, start, key=itemgetter(1))
    touched = whole[first : bisect_left(whole, end, key=itemgetter(0))]
    return (min(start, touched[0][0]), max(end, touched[-1][1])) if touched else span


def list_items(text: str) -> list[str]:
    """Return what a text says line by line, without bullets, numbers and empty lines."""
    items = (_ITEM.sub("", line).strip() for line in text.splitlines())
    return [item for item in items if item]


def _blocks(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield start, end and whether prose, of paragraphs, list items, headings, rows, code lines."""
    paragraph: Span | None = None
    fence = ""
    for start, end in _lines(text):
        line = text[start:end]
        mark = _FENCE.match(line)
        alone = bool(fence or mark or not line.strip() or _STANDALONE.match(line))
        item = None if alone else _LIST_MARKER.match(line)
        if paragraph and (alone or item):
            yield (*paragraph, True)
            paragraph = None
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif alone:
            yield start, end, False
        else:
            first = paragraph[0] if paragraph else start + (item.end() if item else 0)
            paragraph = (first, end)
    if paragraph:
        yield (*paragraph, True)


def _lines(text: str) -> Iterator[Span]:
    for match in re.finditer(r"[^\n]*\n|[^\n]+$", text):
        yield match.span()


def _split(text: str, start: int, end: int, is_prose: bool) -> Iterator[Span]:
    first = start
    if is_prose:
        code = [match.span() for match in _INLINE_CODE.finditer(text, start, end)]
        for boundary in _BOUNDARY.finditer(text, start, end):
            inside = any(span[0] < boundary.start() < span[1] - 1 for span in code)
            if not inside and _ends_sentence(text, first, boundary, end):
                yield from _trim(text, first, boundary.end())
                first = boundary.end()
    yield from _trim(text, first, end)


def _ends_sentence(text: str, first: int, boundary: re.Match[str], end: int) -> bool:
    following = text[boundary.end() : end].lstrip()[:1]
    if following.islower():
        return False
    if boundary[0] != ".":
        return True
    before = text[first : boundary.start()]
    word = re.split(r"[\s(\[]", before)[-1]
    return not _ABBREVIATIONS.fullmatch(word) and not _INITIAL.search(before)


def _trim(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
