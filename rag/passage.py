"""A passage: a piece of a document's text, and the exact place where it stands in the file."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from operator import itemgetter

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

        A document without places is taken as a file of its own, named by its `source` or id.
        """
        metadata = document.metadata
        text = document.page_content
        start = int(metadata.get("start", 0))
        start_line = int(metadata.get("start_line", 1))
        return cls(
            text=text,
            path=str(metadata.get("path") or metadata.get("source") or document.id or "document"),
            start=start,
            end=int(metadata.get("end", start + len(text))),
            start_line=start_line,
            end_line=int(metadata.get("end_line", start_line + text[:-1].count("\n"))),
            page=metadata.get("page"),
            heading=str(metadata.get("heading", "")),
            score=float(metadata.get("score", 1.0)),
            scores=dict(metadata.get("scores", {})),
            lines=tuple((int(offset), int(line)) for offset, line in metadata.get("lines") or ()),
        )
