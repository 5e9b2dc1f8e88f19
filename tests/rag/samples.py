"""Make files of every format out of a list of paragraphs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from html import escape

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/package.opf"/></rootfiles></container>'
)


def pdf(pages: list[str]) -> bytes:
    """A PDF whose pages hold lines of Latin text."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for page in pages:
        shown = page.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        lines = " 0 -20 Td ".join(f"({line}) Tj" for line in shown.split("\n"))
        stream = f"BT /F1 12 Tf 50 700 Td {lines} ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 5000 800] /Contents {len(objects)} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(kids)}] >>"
    return _pdf_file(objects)


def _pdf_file(objects: list[str]) -> bytes:
    content = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF"
    return content + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


def archive(files: dict[str, str]) -> bytes:
    """A zip container."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, text in files.items():
            container.writestr(name, text)
    return buffer.getvalue()


def docx(paragraphs: list[str], runs: Sequence[tuple[str, str]] = ()) -> bytes:
    """A Word document whose first paragraph is a heading, and whose last has runs of (text, properties)."""
    style = '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>'
    body = "".join(
        f"<w:p>{style if number == 0 else ''}<w:r><w:t>{escape(paragraph)}</w:t></w:r></w:p>"
        for number, paragraph in enumerate(paragraphs)
    )
    last = "".join(
        f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
        for text, properties in runs
    )
    kinds = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    styles = (
        f'<w:styles {W}><w:style w:type="paragraph" w:styleId="Heading1">'
        '<w:name w:val="heading 1"/></w:style>'
        "</w:styles>"
    )
    return archive(
        {
            "[Content_Types].xml": kinds,
            "_rels/.rels": relations,
            "word/styles.xml": styles,
            "word/document.xml": f"<w:document {W}><w:body>{body}<w:p>{last}</w:p></w:body></w:document>",
        }
    )


def pptx(slides: list[str]) -> bytes:
    """A presentation with one title a slide."""
    from pptx import Presentation

    presentation = Presentation()
    for text in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = text
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook with one sheet called Stock."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Stock"
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xlsx_of_one_text(text: str, times: int) -> bytes:
    """A workbook whose cells share one text."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    kinds = {"workbook": "sheet.main", "sheet": "worksheet", "sharedStrings": "sharedStrings"}
    overrides = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{kind}.{name}+xml"/>'
        for part, name in kinds.items()
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cells = "".join(f'<c r="A{row}" t="s"><v>0</v></c></row><row>' for row in range(1, times + 1))
    package = "http://schemas.openxmlformats.org/package/2006"
    return archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">{overrides}</Types>',
            "xl/workbook.xml": f'<workbook {main} xmlns:r="{relation}"><sheets>'
            '<sheet name="Stock" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="r1" Type="{relation}/worksheet" Target="sheet.xml"/></Relationships>',
            "xl/sheet.xml": f"<worksheet {main}><sheetData><row>{cells}</row></sheetData></worksheet>",
            "xl/sharedStrings.xml": f"<sst {main}><si><t>{text}</t></si></sst>",
        }
    )


def epub(chapters: list[str]) -> bytes:
    """A book whose chapters are given as HTML bodies."""
    items = "".join(f'<item id="c{n}" href="c%20{n}.xhtml"/>' for n in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        f"{items}</manifest><spine>{spine}</spine></package>"
    )
    files = {"META-INF/container.xml": CONTAINER, "book/package.opf": package}
    for number, chapter in enumerate(chapters):
        files[f"book/c {number}.xhtml"] = f"<html><body>{chapter}</body></html>"
    return archive(files)


def epub_with_entities() -> bytes:
    """A book whose package unfolds to a billion characters."""
    entities = '<!ENTITY e0 "ha">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    package = f'<!DOCTYPE package [{entities}]><package xmlns="http://www.idpf.org/2007/opf">&e9;</package>'
    return archive({"META-INF/container.xml": CONTAINER, "book/package.opf": package})


def notebook(cells: list[tuple[str, str]]) -> bytes:
    """A notebook of (kind, source) cells."""
    made = [
        {"cell_type": kind, "source": source.splitlines(keepends=True), "outputs": []}
        for kind, source in cells
    ]
    return json.dumps({"cells": made, "nbformat": 4}).encode()
