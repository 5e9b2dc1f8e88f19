"""EPUB: the chapters in reading order, each through the HTML loader."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError
from zipfile import BadZipFile, ZipFile

from rag.errors import LoadError
from rag.loaders.archive import open_archive
from rag.loaders.document import LoadedDocument, Section, Source
from rag.loaders.html import decode_markup, extract


def load(source: Source) -> LoadedDocument:
    """Load a book; a chapter without a heading of its own has none invented for it."""
    with open_archive(source.data, source.unpacked_bytes) as archive:
        try:
            chapters = [_chapter(archive, name) for name in _reading_order(archive)]
        except (KeyError, ParseError, BadZipFile, ValueError, EOFError):
            raise LoadError("is damaged: the book's table of parts cannot be read") from None
    text = ""
    sections: list[Section] = []
    for chapter in chapters:
        if not chapter.text.strip():
            continue
        sections += [Section(len(text) + section.start, section.heading) for section in chapter.sections]
        text += chapter.text + "\n\n"
    if not text:
        raise LoadError("holds no text")
    return LoadedDocument(text, "EPUB", None, sections)


def _chapter(archive: ZipFile, name: str) -> LoadedDocument:
    try:
        markup, _ = decode_markup(archive.read(name))
    except KeyError:
        return LoadedDocument("", "HTML")  # listed but not packed: the rest is still a book
    return extract(markup)


def _reading_order(archive: ZipFile) -> list[str]:
    container = _parse(archive, "META-INF/container.xml")
    rootfile = next((item for item in container.iter() if item.tag.endswith("}rootfile")), None)
    if rootfile is None:
        raise ValueError("no rootfile")
    package_path = rootfile.attrib["full-path"]
    package = _parse(archive, package_path)
    parts = {item.get("id"): item.attrib["href"] for item in package.iter() if item.tag.endswith("}item")}
    spine = [item.get("idref") for item in package.iter() if item.tag.endswith("}itemref")]
    base = posixpath.dirname(package_path)
    return [posixpath.normpath(posixpath.join(base, unquote(parts[key]))) for key in spine if key in parts]


def _parse(archive: ZipFile, name: str) -> Element:
    from defusedxml.ElementTree import fromstring

    root: Element = fromstring(archive.read(name))
    return root
