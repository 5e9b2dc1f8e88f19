"""Jupyter notebooks: the cells' own text, in order; outputs only where they are plain text."""

from __future__ import annotations

import json
import re
from typing import Any

from rag.decoding import decode
from rag.errors import LoadError
from rag.loaders.document import LoadedDocument, Section, Source
from rag.loaders.markdown import markdown_sections

_LONGEST_OUTPUT = 2000
_TERMINAL_CODE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # colours and movements
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles and links
    r"|[ -/]*[0-Z\\^-~])"
)
"""What a program wrote for a terminal to obey and not for a reader (ECMA-48)."""


def load(source: Source) -> LoadedDocument:
    """Load a notebook; a cell is a section, under the last Markdown heading above it."""
    raw, _ = decode(source.data)
    try:
        notebook = json.loads(raw)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        pieces = [(str(cell.get("cell_type")), _cell_text(cell)) for cell in cells]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise LoadError("is not a notebook: its JSON is damaged, or holds no cells") from None
    return _assemble(pieces)


def _assemble(pieces: list[tuple[str, str]]) -> LoadedDocument:
    text = ""
    sections: list[Section] = []
    heading: tuple[str, ...] = ()
    for kind, piece in pieces:
        if not piece.strip():
            continue
        if text:
            text += "\n\n"
        start = len(text)
        inner = markdown_sections(piece) if kind == "markdown" else [Section(0, heading)]
        for section in inner:
            sections.append(Section(start + section.start, section.heading or heading))
        heading = inner[-1].heading or heading
        text += piece
    return LoadedDocument(text, "notebook", None, sections)


def _cell_text(cell: dict[str, Any]) -> str:
    outputs = [_output_text(output) for output in cell.get("outputs", [])]
    parts = [_joined(cell.get("source", cell.get("input", ""))), *outputs]
    return "\n".join(part for part in parts if part.strip())


def _output_text(output: dict[str, Any]) -> str:
    data = output.get("data", {})
    text = _joined(output.get("text", data.get("text/plain", "")))
    return _TERMINAL_CODE.sub("", text)[:_LONGEST_OUTPUT]


def _joined(value: object) -> str:
    return "".join(str(line) for line in value) if isinstance(value, list) else str(value)
