"""What a loader returns: the text, and what is known about its structure."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one file, and the name that tells its format."""

    name: str
    data: bytes
    unpacked_bytes: int
    """Largest size that a zip container may unpack to."""


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of text that a chunk never crosses; it ends where the next one starts."""

    start: int
    """Offset of its first character."""
    heading: tuple[str, ...] = ()
    """Titles that lead to it, outermost first."""
    page: int | None = None
    """Page from 1, where the format has pages."""


@dataclass(slots=True)
class LoadedDocument:
    """The text of a file, kept exactly, with its structure as offsets into it."""

    text: str
    format: str
    """Name for people: "Markdown", "PDF", …"""
    encoding: str | None = None
    """The codec that decodes the file to `text`; None where the text was extracted from a container."""
    sections: list[Section] = field(default_factory=list)
    """Sorted by start; empty means one section without a heading."""
    line_map: list[tuple[int, int]] | None = None
    """(offset in text, line in the file) pairs where the text was extracted from a file of lines."""
    by_lines: bool = False
    """True where a line is a unit that prose rules must not cut: code, tables, records."""

    def spans(self) -> list[tuple[int, int, Section]]:
        """Return (start, end, section) for every section; together they cover the text."""
        sections = self.sections or [Section(0)]
        if sections[0].start > 0:
            sections = [Section(0, (), sections[0].page), *sections]
        ends = [section.start for section in sections[1:]] + [len(self.text)]
        return [(section.start, end, section) for section, end in zip(sections, ends, strict=True)]

    def to_json(self) -> str:
        """Return the document as JSON, for the way between two processes."""
        return json.dumps(asdict(self))

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> LoadedDocument:
        """Return the document of the JSON that `to_json` wrote."""
        sections = [
            Section(item["start"], tuple(item["heading"]), item["page"]) for item in fields["sections"]
        ]
        lines = fields["line_map"]
        line_map = None if lines is None else [(offset, line) for offset, line in lines]
        return cls(**{**fields, "sections": sections, "line_map": line_map})


class LineFinder:
    """Answers on which line of the file an offset of the text lies."""

    def __init__(self, document: LoadedDocument) -> None:
        self._map = document.line_map
        if self._map is None:
            self._offsets = _line_starts(document.text)
        else:
            self._offsets = [offset for offset, _ in self._map]

    def line(self, offset: int) -> int:
        """Return the line from 1."""
        position = bisect_right(self._offsets, offset)
        if self._map is None:
            return position
        return self._map[max(0, position - 1)][1] if self._map else 1

    def lines(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Return (offset from `start`, line) where a line of the file begins between two offsets.

        Nothing where the text's own lines are the file's.
        """
        if self._map is None:
            return ()
        first, last = bisect_right(self._offsets, start), bisect_left(self._offsets, end)
        below = ((offset - start, line) for offset, line in self._map[first:last])
        return ((0, self.line(start)), *below)


def _line_starts(text: str) -> list[int]:
    starts = [0]
    position = text.find("\n")
    while position >= 0:
        starts.append(position + 1)
        position = text.find("\n", position + 1)
    return starts
