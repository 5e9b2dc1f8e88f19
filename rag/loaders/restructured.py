"""reStructuredText: titles with an underline, and perhaps an overline, of punctuation."""

from __future__ import annotations

import re

from rag.decoding import decode
from rag.loaders.document import LoadedDocument, Source
from rag.loaders.headings import HeadingStack

_ADORNMENT = re.compile(r"([=\-~`:'\"^_*+#<>.])\1{2,}[ \t]*$")


def load(source: Source) -> LoadedDocument:
    """Load a reStructuredText file; levels follow the order in which the styles appear."""
    text, encoding = decode(source.data)
    stack = HeadingStack()
    styles: list[tuple[str, bool]] = []
    lines = text.splitlines(keepends=True)
    offset = 0
    for number, line in enumerate(lines):
        if number and (title := _title_above(lines, number)):
            overlined = number > 1 and _is_adornment(lines[number - 2]) == line[0]
            style = (line[0], overlined)
            if style not in styles:
                styles.append(style)
            start = offset - len(lines[number - 1]) - (len(lines[number - 2]) if overlined else 0)
            if start >= stack.sections[-1].start:
                stack.add(start, styles.index(style) + 1, title)
        offset += len(line)
    return LoadedDocument(text, "reStructuredText", encoding, stack.sections)


def _is_adornment(line: str) -> str:
    match = _ADORNMENT.match(line.rstrip("\r\n"))
    return match[1] if match else ""


def _title_above(lines: list[str], number: int) -> str:
    """Return the title that the line at `number` underlines, or nothing."""
    title = lines[number - 1].strip()
    if not title or not _is_adornment(lines[number]) or _is_adornment(lines[number - 1]):
        return ""
    above = lines[number - 2] if number > 1 else ""
    if above.strip() and not _is_adornment(above):
        return ""  # a table border or the end of a paragraph
    return title if len(lines[number].rstrip()) >= len(title) - 2 else ""
