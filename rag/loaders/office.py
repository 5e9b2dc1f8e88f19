"""DOCX and PPTX, by way of MarkItDown: its Markdown, without escapes and emphasis."""

from __future__ import annotations

import io
import re
from pathlib import PurePosixPath

from rag.errors import LoadError
from rag.loaders.archive import open_archive
from rag.loaders.document import LoadedDocument, Section, Source
from rag.loaders.markdown import markdown_sections
from rag.loaders.scripts import script_marks

_FORMATS = {".docx": "Word", ".pptx": "PowerPoint"}
_CONVERTERS = {".docx": "DocxConverter", ".pptx": "PptxConverter"}
_RAISED, _LOWERED = "\x01", "\x02"
"""Stand around superscripts and subscripts on the way; XML can hold neither."""
_OPTIONS = {
    "escape_asterisks": False,
    "escape_underscores": False,
    "strong_em_symbol": "",
    "style_map": "u => em",  # or underlined words would stand in tags
    "sup_symbol": _RAISED,
    "sub_symbol": _LOWERED,
}
"""A quotation holds what the document shows, not how Markdown would keep it from being taken for markup."""
_SCRIPT = re.compile(f"([{_RAISED}{_LOWERED}])([^{_RAISED}{_LOWERED}]*)\\1")
_SLIDE = re.compile(r"<!-- Slide number: (\d+) -->")
_PICTURE = re.compile(r"!\[[^\]]*\]\(data:[^)]*\)")


def load(source: Source) -> LoadedDocument:
    """Load an office document; slides count as pages."""
    suffix = PurePosixPath(source.name.lower()).suffix
    open_archive(source.data, source.unpacked_bytes).close()
    text = _convert(source.data, suffix)
    if not text.strip():
        raise LoadError("holds no text")
    sections = _slides(text) if suffix == ".pptx" else markdown_sections(text)
    return LoadedDocument(text, _FORMATS[suffix], None, sections)


def _convert(data: bytes, suffix: str) -> str:
    from markitdown import StreamInfo, converters

    # Not `MarkItDown` itself, which takes a damaged document for a zip file and lists its parts.
    converter = getattr(converters, _CONVERTERS[suffix])()
    try:
        result = converter.convert(io.BytesIO(data), StreamInfo(extension=suffix), **_OPTIONS)
    except MemoryError:
        raise
    except Exception as error:  # the library wraps whatever its many parsers raise
        raise LoadError(f"is damaged: {_FORMATS[suffix]} reader failed ({type(error).__name__})") from None
    text = _PICTURE.sub("", str(result.markdown))
    return _SCRIPT.sub(_marked_script, text).translate({ord(_RAISED): None, ord(_LOWERED): None})


def _marked_script(script: re.Match[str]) -> str:
    before = script.string[max(0, script.start() - 4) : script.start()].rstrip(_RAISED + _LOWERED)
    opening, closing = script_marks(script[1] == _RAISED, before, script[2])
    return opening + script[2] + closing


def _slides(text: str) -> list[Section]:
    sections = []
    for match in _SLIDE.finditer(text):
        following = re.search(r"^# +(.+)$", text[match.end() : match.end() + 300], re.MULTILINE)
        heading = (following[1].strip(),) if following else ()
        sections.append(Section(match.start(), heading, int(match[1])))
    return sections
