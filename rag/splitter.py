"""Cut a document into chunks along its own structure, measured in tokens."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from rag.loaders.document import LineFinder, LoadedDocument, Section

SPLITTER_VERSION = 3
"""Raise it when the same document would be cut differently: every index is then rebuilt."""

TokenCounter: TypeAlias = Callable[[str], int]

_LONGEST_TOKEN = 20  # characters; a piece longer than this times the budget is too large without counting
_LONGEST_TITLE = 0.5  # of a chunk; a longer one may stand alone
_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*")
_SENTENCE = re.compile(
    r"(?<=[.!?])[\"'\u201d\u2019)\]]*\s+(?=[\"'\u201c\u2018(\[]*[^\Wa-z])"  # a stop, then no small letter
    r"|(?<=[\u3002\uff01\uff1f])"  # the full stops of Chinese and Japanese
    r"|\n(?=[ \t]*(?:[-*+|>\u2022]|\d+[.)])\s?)"  # a list item or a row of a table
)
_TITLE = re.compile(r"(?P<line>[^\n]*)\n(?:[=\-~^\"'*+#]{3,}[ \t]*\n)?\s*")  # perhaps underlined
_LINE = re.compile(r"\n")
_WORD = re.compile(r"\s+")
_PROSE = (_PARAGRAPH, _SENTENCE, _LINE, _WORD)
_LINES = (_PARAGRAPH, _LINE, _WORD)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a document that is embedded and found as one."""

    start: int
    end: int
    start_line: int
    end_line: int
    page: int | None
    heading: tuple[str, ...]
    lines: tuple[tuple[int, int], ...] = ()
    """See `Passage.lines`."""


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    size: float
    """Part of the budget that it takes: 1.0 fills a chunk."""


def estimate_tokens(text: str) -> int:
    """Estimate a token count where no tokenizer is given: four characters a token."""
    return (len(text) + 3) // 4


class Splitter:
    """Packs paragraphs, sentences or lines into chunks of at most `max_tokens`.

    Args:
        max_tokens: Upper bound of a chunk, in tokens of `count`.
        count: Counts the tokens of a text with the reading model's tokenizer.
        max_pieces: Upper bound in tokens of the embedding model.
        count_pieces: Counts with the embedding model's tokenizer; None where it has no limit.
    """

    def __init__(
        self,
        max_tokens: int,
        count: TokenCounter = estimate_tokens,
        max_pieces: int = 0,
        count_pieces: TokenCounter | None = None,
    ) -> None:
        if max_tokens < 8:
            raise ValueError(f"max_tokens must be at least 8, not {max_tokens}")
        self._max_tokens = max_tokens
        self._count = count
        self._max_pieces = max_pieces
        self._count_pieces = count_pieces

    def split(self, document: LoadedDocument) -> list[Chunk]:
        """Return the chunks in order; none crosses a section, a page or the budget."""
        finder = LineFinder(document)
        chunks = []
        levels = _LINES if document.by_lines else _PROSE
        for start, body, end, section in _joined_titles(document):
            for first, last in self._pack(document.text, start, body, end, levels):
                first, last = _trim(document.text, first, last)
                if first < last:
                    ends = finder.line(first), finder.line(last - 1)
                    lines = finder.lines(first, last)
                    chunks.append(Chunk(first, last, *ends, section.page, section.heading, lines))
        return chunks

    def _pack(
        self, text: str, start: int, body: int, end: int, levels: tuple[re.Pattern[str], ...]
    ) -> Iterator[tuple[int, int]]:
        """Fill chunks evenly rather than to the brim, so that the last one is no crumb."""
        if self._size(text, start, body) > _LONGEST_TITLE:
            body = start
        pieces = list(self._pieces(text, start, body, end, levels))
        total = sum(piece.size for piece in pieces)
        target = total / math.ceil(total) if total > 1 else 1.0
        first, size = start, 0.0
        for piece in pieces:
            if size and (size + piece.size > 1.0 or size + piece.size / 2 > target):
                yield first, piece.start
                first, size = piece.start, 0.0
            size += piece.size
        if first < end:
            yield first, end

    def _pieces(
        self, text: str, start: int, body: int, end: int, levels: tuple[re.Pattern[str], ...]
    ) -> Iterator[_Piece]:
        """Cut what does not fit, but nowhere up to `body`: a title stays with what follows it."""
        is_section = bool(levels) and levels[0] is _PARAGRAPH  # always cut, so its tokens need no counting
        size = math.inf if is_section else self._size(text, start, end)
        if size <= 1.0:
            yield _Piece(start, end, size)
        elif levels:
            for first, last in _cut(text, start, body, end, levels[0]):
                yield from self._pieces(text, first, body, last, levels[1:])
        else:
            middle = (start + end) // 2
            yield from self._pieces(text, start, body, middle, ())
            yield from self._pieces(text, middle, body, end, ())

    def _size(self, text: str, start: int, end: int) -> float:
        if end - start > _LONGEST_TOKEN * self._max_tokens:
            return math.inf
        piece = text[start:end]
        size = self._count(piece) / self._max_tokens
        if self._count_pieces is not None:
            size = max(size, self._count_pieces(piece) / self._max_pieces)
        return size if end - start > 1 else min(size, 1.0)


def _cut(text: str, start: int, body: int, end: int, boundary: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Tile a stretch: every part ends behind a boundary that lies behind `body`."""
    first = start
    for match in boundary.finditer(text, start, end):
        if max(first, body) < match.end() < end:
            yield first, match.end()
            first = match.end()
    yield first, end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out white space around a chunk, but keep the indentation of its first line."""
    piece = text[start:end]
    end = start + len(piece.rstrip())
    lead = len(piece) - len(piece.lstrip())
    newline = piece.rfind("\n", 0, lead)
    return start + newline + 1, max(end, start)


def _joined_titles(document: LoadedDocument) -> Iterator[tuple[int, int, int, Section]]:
    """Give a title without a body to the section below it, so that no chunk is a bare title.

    Yields the start of a section, that of what stands below its title, its end, and the section.
    """
    carried: int | None = None
    spans = document.spans()
    for number, (start, end, section) in enumerate(spans):
        begin = start if carried is None else carried
        is_bare = section.heading and "\n" not in document.text[start:end].strip()
        following = spans[number + 1][2] if number + 1 < len(spans) else None
        if is_bare and following and following.heading[: len(section.heading)] == section.heading:
            carried = begin
            continue
        carried = None
        yield begin, _below_title(document.text, start, end, section), end, section


def _below_title(text: str, start: int, end: int, section: Section) -> int:
    """Return where a section goes on below its title; its start where its text does not begin with one."""
    match = _TITLE.match(text, start, end)
    is_titled = match is not None and section.heading and section.heading[-1] in match["line"]
    return match.end() if match and is_titled else start
