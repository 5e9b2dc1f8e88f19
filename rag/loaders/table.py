"""CSV and TSV: the rows as they lie in the file; the column names travel as the heading."""

from __future__ import annotations

import csv

from rag.decoding import decode
from rag.loaders.document import LoadedDocument, Section, Source
from rag.loaders.headings import LONGEST_TITLE_LINE

_LONGEST_HEADING = 200


def load(source: Source) -> LoadedDocument:
    """Load a table of text; a chunk holds whole rows."""
    text, encoding = decode(source.data)
    header = text[: text.find("\n") + 1 or len(text)]
    if len(header) > LONGEST_TITLE_LINE:
        header = ""
    return LoadedDocument(text, "table", encoding, [Section(0, _columns(header))], by_lines=True)


def _columns(header: str) -> tuple[str, ...]:
    try:
        dialect = csv.Sniffer().sniff(header, delimiters=",;\t|")
        names = next(csv.reader([header.strip()], dialect))
    except (csv.Error, StopIteration):
        return ()
    joined = ", ".join(name.strip() for name in names if name.strip())
    return (joined[:_LONGEST_HEADING],) if len(names) > 1 and joined else ()
