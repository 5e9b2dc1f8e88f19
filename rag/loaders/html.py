"""HTML: the text that a reader sees, with headings, and the line of the file each piece comes from."""

from __future__ import annotations

import codecs
import re
import sys
from bisect import bisect_right
from html.parser import HTMLParser

from rag.decoding import decode
from rag.errors import LoadError
from rag.loaders.document import LoadedDocument, Source
from rag.loaders.headings import HeadingStack
from rag.loaders.scripts import script_marks

_HIDDEN_TAGS = """
    script style noscript template svg math head iframe object select button
"""
_HIDDEN = frozenset(_HIDDEN_TAGS.split())
_VOID_TAGS = """
    area base br col embed hr img input link meta source track wbr
"""
_VOID = frozenset(_VOID_TAGS.split())
_BLOCK_TAGS = """
    address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody tfoot thead title
    tr ul
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_SPACE = re.compile(r"\s+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w\-]+)", re.IGNORECASE
)

_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MEANT_AS_CP1252 = ("ascii", "us-ascii", "iso-8859-1", "latin1")
"""What pages in the code page of Windows call it; browsers read them so (WHATWG, "Encoding")."""


def load(source: Source) -> LoadedDocument:
    """Load a web page."""
    text, encoding = decode_markup(source.data)
    document = extract(text)
    if not document.text.strip():
        raise LoadError(f"holds no visible text (read as {encoding})")
    return document


def decode_markup(data: bytes) -> tuple[str, str]:
    """Decode with the encoding that the page declares, or else with the one that fits."""
    declared = None if data.startswith(_BYTE_ORDER_MARKS) else _DECLARED.search(data[:2048])
    if declared:
        said = declared[1].decode("ascii")
        name = "cp1252" if said.lower() in _MEANT_AS_CP1252 else said
        try:
            text = data.decode(name)
        except (LookupError, UnicodeError):
            return decode(data)
        if said in text:  # a declaration that reads as ASCII rules out UTF-16, which some pages name
            return text, name
    return decode(data)


def extract(markup: str) -> LoadedDocument:
    """Return the visible text of a page and its structure."""
    reader = _Reader()
    try:
        reader.feed(markup)
        reader.close()
    except (AssertionError, ValueError):  # the standard parser gives up on some malformed declarations
        raise LoadError("is not HTML that can be read") from None
    return reader.document()


class _Reader(HTMLParser):
    """Writes blocks separated by blank lines, list items and table rows on lines of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._length = 0
        self._hidden: list[str] = []
        """The open elements that are not for readers."""
        self._preformatted = 0
        self._gap = ""
        self._bullet = ""
        """Of a list item whose text has not begun yet."""
        self._heading: tuple[int, int, int] | None = None
        """Offset, level, and number of pieces before it."""
        self._scripts: list[tuple[str, int, int]] = []
        """Of each open superscript and subscript its tag, its offset, and the number of pieces before it."""
        self._stack = HeadingStack()
        self._lines: list[tuple[int, int]] = []

    def document(self) -> LoadedDocument:
        """Return what was read."""
        text = "".join(self._pieces)
        return LoadedDocument(text, "HTML", None, self._stack.sections, self._lines or [(0, 1)])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's interface
        """Begin a block, hide what is not for readers, remember where a heading starts."""
        if tag in _VOID:
            self._handle_void(tag)
            return
        if tag == "body" or (self._hidden == ["head"] and tag in _BLOCKS and tag != "title"):
            self._hidden.clear()  # a head need not be closed
        if tag in _HIDDEN:
            self._hidden.append(tag)
        if self._hidden:
            return
        if tag in _BLOCKS:
            self._break("\n" if tag in ("li", "tr", "dt", "dd") else "\n\n")
        if tag in ("td", "th") and self._pieces and not self._gap:
            self._write(" | ")
        if tag == "li":
            self._bullet = "- "
        if tag in ("sup", "sub"):
            self._scripts.append((tag, self._length, len(self._pieces)))
        self._preformatted += tag == "pre"
        if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self._begin_heading(int(tag[1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's interface
        """Treat <br/> like <br>; other empty elements hold nothing."""
        if tag in _VOID:
            self._handle_void(tag)

    def _handle_void(self, tag: str) -> None:
        if not self._hidden and tag in ("br", "hr"):
            self._break("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        if tag in _HIDDEN:
            self._reveal(tag)
            return
        if tag == "body" or tag == "html":
            self._hidden.clear()
        if self._hidden:
            return
        self._preformatted = max(0, self._preformatted - (tag == "pre"))
        if self._heading and tag == f"h{self._heading[1]}":
            self._end_heading()
        if tag == "li":
            self._bullet = ""
        if self._scripts and tag == self._scripts[-1][0]:
            self._end_script()
        if tag in _BLOCKS:
            self._break("\n" if tag in ("li", "tr", "dt", "dd") else "\n\n")

    def _reveal(self, tag: str) -> None:
        """End a hidden element, and those within it that were never closed."""
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass

    def _begin_heading(self, level: int) -> None:
        if self._bullet:
            self._write("")  # it is no part of the title
        self._heading = (self._length + len(self._pending_gap()), level, len(self._pieces))

    def _end_heading(self) -> None:
        assert self._heading is not None  # noqa: S101 - for the type checker
        start, level, pieces = self._heading
        title = "".join(self._pieces[pieces:])  # with the gap before it, which the title loses
        if title.strip():
            self._stack.add(start, level, title)
        self._heading = None

    def _end_script(self) -> None:
        """Mark what stood higher or lower, and move the places of what is written already."""
        tag, start, pieces = self._scripts.pop()
        before = "".join(self._pieces[max(0, pieces - 2) : pieces])
        opening, closing = script_marks(tag == "sup", before, "".join(self._pieces[pieces:]))
        if opening:
            self._pieces.insert(pieces, opening)
            self._length += len(opening)
            for number in range(bisect_right(self._lines, (start, sys.maxsize)), len(self._lines)):
                offset, line = self._lines[number]
                self._lines[number] = (offset + len(opening), line)
            self._append(closing)

    def handle_data(self, data: str) -> None:
        """Write visible text, line by line of the file; white space counts only in preformatted blocks."""
        if self._hidden:
            return
        for number, line in enumerate(_LINE.findall(data)):
            if not self._preformatted:
                line = _SPACE.sub(" ", line)
                if self._gap or not self._pieces or self._pieces[-1].endswith((" ", "\n")):
                    line = line.lstrip(" ")
            if line:
                self._write(line, number)

    def _break(self, gap: str) -> None:
        self._scripts.clear()  # they lie within a line: one that goes on was never closed
        self._gap = max(self._gap, gap, key=len)

    def _pending_gap(self) -> str:
        return (self._gap if self._pieces else "") + self._bullet

    def _write(self, data: str, lines_below: int = 0) -> None:
        """Append text that stands so many lines below what is being parsed."""
        gap = self._pending_gap()
        self._append(gap.removesuffix(self._bullet))
        line = self.getpos()[0] + lines_below
        if not self._lines or self._lines[-1][1] != line:
            self._lines.append((self._length, line))
        self._append(self._bullet + data)
        self._gap = self._bullet = ""

    def _append(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)
            self._length += len(piece)
