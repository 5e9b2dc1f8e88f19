"""One small module per family of formats; each turns bytes into a `LoadedDocument`."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePosixPath
from typing import NamedTuple

from rag.errors import LoadError
from rag.limits import Limits, human_size
from rag.loaders.document import LoadedDocument, Source


class Format(NamedTuple):
    """Which loader reads a file, and what that takes."""

    module: str
    isolated: bool = False
    """Parsed in a process of its own, as a damaged or hostile file may crash the parser or never end."""
    container: bool = False
    """Packed or binary: may be larger than plain text."""


_CODE = """
    py pyi js mjs cjs jsx ts tsx java kt kts scala go rs c h cc cpp cxx hh hpp cs rb php pl pm lua r jl swift
    m mm dart ex exs erl hs ml fs clj sql sh bash zsh fish ps1 bat vue svelte css scss less proto graphql tf
"""
_PDF = Format("pdf", isolated=True, container=True)
_FAMILIES = {
    Format("markdown"): "md markdown mdown mkd mdx qmd rmd",
    Format("plain"): "txt text adoc asciidoc org tex man",
    Format("restructured"): "rst rest",
    Format("html", isolated=True): "html htm xhtml",
    Format("table"): "csv tsv",
    Format("records"): "json jsonl ndjson yaml yml toml ini cfg conf log properties xml geojson env",
    Format("notebook"): "ipynb",
    _PDF: "pdf",
    Format("office", isolated=True, container=True): "docx pptx",
    Format("workbook", isolated=True, container=True): "xlsx",
    Format("epub", isolated=True, container=True): "epub",
    Format("code"): _CODE,
}
_FORMATS = {f".{suffix}": family for family, suffixes in _FAMILIES.items() for suffix in suffixes.split()}
_OTHER_OFFICE = {
    ".docx": "doc docm rtf odt wpd pages",
    ".pptx": "ppt pptm odp",
    ".xlsx": "xls xlsm xlsb ods numbers",
}
_SAVE_AS = {f".{suffix}": better for better, suffixes in _OTHER_OFFICE.items() for suffix in suffixes.split()}
"""Office formats that are not read, and the one to save such a file as."""
_MAGIC = ((b"%PDF-", _PDF),)


def format_of(name: str, data: bytes = b"") -> Format:
    """Choose the loader by the file's name, and by its first bytes where the name says nothing.

    Raises:
        LoadError: The format is known and not supported.
    """
    suffix = PurePosixPath(name.lower()).suffix
    if suffix in _SAVE_AS:
        raise LoadError(f"is in a format that is not read; save it as {_SAVE_AS[suffix]}")
    if suffix in _FORMATS:
        return _FORMATS[suffix]
    for mark, family in _MAGIC:
        if data.startswith(mark):
            return family
    return Format("plain")


def check_size(name: str, size: int, limits: Limits) -> None:
    """Refuse a file before it is read.

    Raises:
        LoadError: The file is empty or too large for its format.
    """
    if size == 0:
        raise LoadError("is empty")
    limit = limits.document_bytes if format_of(name).container else limits.text_bytes
    if size > limit:
        raise LoadError(f"has {human_size(size)}, more than the limit of {human_size(limit)}; split it")


def load_here(source: Source, family: Format) -> LoadedDocument:
    """Run a loader in this process."""
    document: LoadedDocument = import_module(f"rag.loaders.{family.module}").load(source)
    return document
