"""PDF: the text of each page without its running lines, with the page's number."""

from __future__ import annotations

from typing import Any

from rag.errors import LoadError
from rag.loaders.document import LoadedDocument, Section, Source
from rag.loaders.running_lines import without_running_lines

_PAGE_GAP = "\n\n"


def load(source: Source) -> LoadedDocument:
    """Load a PDF.

    Raises:
        LoadError: It is damaged, wants a password, or holds only pictures.
    """
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(source.data)
    except pypdfium2.PdfiumError as error:
        raise LoadError(_explain(str(error))) from None
    with pdf:
        pages = [_page_text(pdf, number) for number in range(len(pdf))]
    if not "".join(pages).strip():
        raise LoadError("holds no text, perhaps only scanned pictures; run it through OCR first")
    return _assemble(without_running_lines(pages))


def _page_text(pdf: Any, number: int) -> str:
    import pypdfium2

    try:
        page = pdf[number]
        text: str = page.get_textpage().get_text_bounded()
    except pypdfium2.PdfiumError:
        return ""  # one broken page must not cost the others
    # PDFium marks a word split at the end of a line with U+0002: the word is whole without it.
    return text.replace("\r\n", "\n").replace("\x02", "").replace("\0", "")


def _assemble(pages: list[str]) -> LoadedDocument:
    text = ""
    sections: list[Section] = []
    for number, page in enumerate(pages, 1):
        sections.append(Section(len(text), (), number))
        text += page + _PAGE_GAP
    return LoadedDocument(text, "PDF", None, sections)


def _explain(message: str) -> str:
    if "assword" in message:
        return "is encrypted; save a copy without a password"
    return "is damaged: no PDF reader can open it"
