"""XLSX: a row of a sheet is a line, and a cell holds what the workbook stores."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime, time

from rag.errors import LoadError
from rag.limits import human_size
from rag.loaders.archive import open_archive
from rag.loaders.document import LoadedDocument, Source
from rag.loaders.headings import HeadingStack

_WHOLE = 1e21
"""Whole numbers below it are written with all their digits."""


def load(source: Source) -> LoadedDocument:
    """Load a workbook; each sheet is a section under its title."""
    open_archive(source.data, source.unpacked_bytes).close()
    stack = HeadingStack()
    pieces: list[str] = []
    length = 0
    try:
        for title, piece in _pieces(source.data):
            if title:
                stack.add(length, 1, title)
            pieces.append(piece)
            length += len(piece)
            if length > source.unpacked_bytes:
                break
    except MemoryError:
        raise
    except Exception as error:  # whatever the library's parsers raise
        raise LoadError(f"is damaged: Excel reader failed ({type(error).__name__})") from None
    if length > source.unpacked_bytes:  # many cells may share one long text
        limit = human_size(source.unpacked_bytes)
        raise LoadError(f"holds more text than the limit of {limit}", is_passing=True)
    return LoadedDocument("".join(pieces), "Excel", None, stack.sections, by_lines=True)


def _pieces(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the text row by row, the first row of each sheet with its title; empty sheets are left out."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # they may be wrong, and every row would be filled up to them
        title = sheet.title
        gap = f"## {title}\n"
        for row in sheet.iter_rows(values_only=True):
            if line := _line(row):
                yield title, gap + line
                title = gap = ""
            elif not title:
                gap = "\n"
        if not title:
            yield "", "\n"


def _line(row: Iterable[object]) -> str:
    """Return a row of a Markdown table up to its last value; nothing where all cells are empty."""
    cells = [_cell(value) for value in row]
    while cells and not cells[-1]:
        cells.pop()
    return f"| {' | '.join(cells)} |\n" if cells else ""


def _cell(value: object) -> str:
    """Write a value as Excel does where the cell has no format of its own."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return " ".join(line.strip() for line in str(value).splitlines()).replace("|", r"\|")


def _number(value: float) -> str:
    """Write a number with the fifteen digits that Excel shows; what is beyond them is rounding."""
    return f"{value:.0f}" if value.is_integer() and abs(value) < _WHOLE else f"{value:.15g}"
