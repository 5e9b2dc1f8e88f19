"""A passage: a piece of a document's text, and the exact place where it stands in the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

from langchain_core.documents import Document


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one document.

    `text` equals the document's decoded text from `start` to `end`, so a quote found inside `text`
    can be traced to the file.
    """

    text: str
    path: str
    """Path of the file, relative to the indexed folder, with forward slashes."""
    start: int
    """Offset of the first character in the document's decoded text, from 0."""
    end: int
    """Offset after the last character."""
    start_line: int
    """Line of the first character, from 1: of the file, or of the text that was read from it where the file
    is not one of lines (PDF, office, EPUB, notebook)."""
    end_line: int
    """Line of the last character, from 1."""
    page: int | None = None
    """Page of a paginated document, from 1; None where the format has no pages."""
    heading: str = ""
    """Titles of the sections that hold the passage, outermost first, joined by " > "."""
    score: float = 1.0
    """How well it matches the question that found it, 0 to 1; 1 when no search has said it."""
    scores: dict[str, float] = field(default_factory=dict)
    """Why it was found: the score of each method, by name ("dense", "bm25", …)."""
    lines: tuple[tuple[int, int], ...] = ()
    """(offset in `text`, line of the file) pairs where the file has other lines than its text, as a web page;
    empty where the lines of the text itself are counted."""

    def lines_of(self, start: int, end: int) -> tuple[int, int]:
        """Return the lines of the first and the last character of a span of `text`, from 1.

        Where another retriever's lines are not those of the text, they are the passage's.
        """
        last = max(start, end - 1)
        if self.lines:
            first_line = self._line(start)
            return first_line, max(first_line, self._line(last))
        if self.text[:-1].count("\n") != self.end_line - self.start_line:
            return self.start_line, self.end_line
        first_line = self.start_line + self.text.count("\n", 0, start)
        return first_line, first_line + self.text.count("\n", start, last)

    def part(self, start: int, end: int) -> Passage:
        """Return the passage of a span of `text`, in its place."""
        start_line, end_line = self.lines_of(start, end)
        return replace(
            self,
            text=self.text[start:end],
            start=self.start + start,
            end=self.start + end,
            start_line=start_line,
            end_line=end_line,
            lines=tuple((max(0, offset - start), line) for offset, line in self.lines if offset < end),
        )

    def shown(self) -> str:
        """Return the text under its place, as a tool shows it."""
        return under_place(self.path, self.start_line, self.end_line, self.text.strip())

    def _line(self, offset: int) -> int:
        position = bisect_right(self.lines, offset, key=itemgetter(0))
        return self.lines[max(0, position - 1)][1]

    def to_document(self) -> Document:
        """Return the passage as a LangChain document: its text as content, all else as metadata."""
        metadata = {name: getattr(self, name) for name in self.__slots__ if name != "text"}
        return Document(page_content=self.text, metadata=metadata)

    @classmethod
    def from_document(cls, document: Document) -> Passage:
        """Read a passage back from a LangChain document, also one that another retriever made.

        A document without places is taken as a file of its own, named by its `source` or id. What other
        retrievers keep under the names of the fields, such as times or scores of another scale, counts as
        not said. So does a page below 1: pages count from 1 here, and loaders that count from 0 are better
        corrected before.
        """
        metadata, text = document.metadata, document.page_content
        start = _whole(metadata.get("start"), 0, default=0)
        start_line = _whole(metadata.get("start_line"), 1, default=1)
        scores = metadata.get("scores")
        return cls(
            text=text,
            path=str(metadata.get("path") or metadata.get("source") or document.id or "document"),
            start=start,
            end=_whole(metadata.get("end"), start, default=start + len(text)),
            start_line=start_line,
            end_line=_whole(metadata.get("end_line"), start_line, default=start_line + text[:-1].count("\n")),
            page=_whole(metadata.get("page"), 1, default=0) or None,
            heading=str(metadata.get("heading") or ""),
            score=_share(metadata.get("score"), default=1.0),
            scores=dict(scores) if isinstance(scores, Mapping) else {},
            lines=_pairs(metadata.get("lines")),
        )


def under_place(path: str, first_line: int, last_line: int, text: str) -> str:
    """Return a text of a document under its place, as tools show it."""
    return f"{path}, lines {first_line}-{last_line}:\n{text}"


def _whole(value: Any, least: int, *, default: int) -> int:
    """Return a value as a whole number; the default where it is none, or less than it can be."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return default
    return number if number >= least else default


def _share(value: Any, *, default: float) -> float:
    """Return a value as a number from 0 to 1; the default where it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return default
    return number if 0.0 <= number <= 1.0 else default


def _pairs(value: Any) -> tuple[tuple[int, int], ...]:
    """Return a value as pairs of whole numbers; none where it is something else."""
    try:
        return tuple((int(offset), int(line)) for offset, line in value)
    except (TypeError, ValueError):
        return ()
