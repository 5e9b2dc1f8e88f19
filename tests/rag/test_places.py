"""Whatever a file holds, its chunks stand where they say, lose nothing and stay within the budget."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from rag.errors import LoadError
from rag.limits import Limits
from rag.loaders.document import LineFinder, LoadedDocument
from rag.loaders.sandbox import Sandbox
from rag.reading import load_document
from rag.splitter import Chunk, Splitter, estimate_tokens
from tests.rag import samples

BUDGET = 24
RAW = ["md", "txt", "rst", "csv", "json", "py", "c", "yaml"]
FRAGMENTS = st.sampled_from(
    [
        "# Title", "## Deeper **bold**", "Title\n=====", "Under\n-----", "```\n# no title\n```", "~~~",
        "- item",
        "1. one", "| a | b |", "a,b,c", "def work(x):\n    return x", "class Thing {", "  indented",
        "A sentence. Another one!", "mail@example.org", "\r\n", "\n\n", "\t",
        "x" * 300,
        "日本語。テキスト。",
        "é\u0301", "\u2028", "🙂", "{\"a\": [1, 2]}",
        "<p>hi</p>", "\f", "---\ntitle: x\n---\n", "word " * 60,
    ]
)  # fmt: skip
TEXTS = st.lists(
    st.one_of(FRAGMENTS, st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)), max_size=25
).map("\n".join)
SPLITTER = Splitter(BUDGET)
QUICK = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits()) as opened:
        yield opened


def load(name: str, data: bytes, sandbox: Sandbox) -> tuple[LoadedDocument, list[Chunk]]:
    document = load_document(name, data, Limits(), sandbox)
    return document, SPLITTER.split(document)


def check_chunks(document: LoadedDocument, chunks: list[Chunk]) -> None:
    covered = 0
    for chunk in chunks:
        text = document.text[chunk.start : chunk.end]
        assert text.strip()
        assert text == text.rstrip()
        assert estimate_tokens(text) <= BUDGET
        assert not document.text[covered : chunk.start].strip(), "text between two chunks was lost"
        assert chunk.start >= covered
        covered = chunk.end
    assert not document.text[covered:].strip(), "text after the last chunk was lost"


@pytest.mark.parametrize("suffix", RAW)
@QUICK
@given(text=TEXTS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_raw_formats_keep_the_file_as_it_is(suffix: str, text: str, encoding: str, sandbox: Sandbox) -> None:
    data = text.encode(encoding)
    try:
        document, chunks = load(f"a.{suffix}", data, sandbox)
    except LoadError:
        assert not text.strip("\ufeff \n\r\t\f\v\u2028\x85\xa0\u3000") or not text.strip()
        return
    assert document.encoding is not None
    assert data.decode(document.encoding) == document.text == text
    check_chunks(document, chunks)
    for chunk in chunks:
        assert chunk.start_line == text.count("\n", 0, chunk.start) + 1
        assert chunk.end_line == text.count("\n", 0, chunk.end - 1) + 1


@QUICK
@given(paragraphs=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80), max_size=12))
def test_html_text_is_complete_and_lines_are_the_files(paragraphs: list[str], sandbox: Sandbox) -> None:
    words = [f"w{number}ord {samples.escape(paragraph)}" for number, paragraph in enumerate(paragraphs)]
    markup = "<h1>Start</h1>\n" + "".join(f"\n<p>{word}</p>\n" for word in words)
    document, chunks = load("a.html", markup.encode(), sandbox)
    check_chunks(document, chunks)
    lines = markup.split("\n")
    for chunk in chunks:
        for word in re.findall(r"w\d+ord", document.text[chunk.start : chunk.end])[:1]:
            assert any(word in line for line in lines[chunk.start_line - 1 : chunk.end_line])


def test_each_line_of_a_web_page_is_found_in_its_file(sandbox: Sandbox) -> None:
    markup = (
        "<h1>\nStart\n</h1>\n<p>One wraps\n  over <b>two</b>\n\n  and three</p><ul><li>four\n<li>five</ul>\n"
        "<pre>\nsix\n\n  seven</pre>eight"
    )
    document, _ = load("a.html", markup.encode(), sandbox)
    assert "\n\nOne wraps over two and three\n\n- four \n- five\n\n\nsix\n\n  seven\n\neight" in document.text
    finder = LineFinder(document)
    for word in ("Start", "One", "over", "two", "three", "four", "five", "six", "seven", "eight"):
        line = 1 + markup.count("\n", 0, markup.index(word))
        assert finder.line(document.text.index(word)) == line, word


@pytest.mark.parametrize(
    "markup",
    [
        "<html><head><title>T</title><body><p>Open at nine.</p></body></html>",
        "<html><head><title>T</title><style>p {}</style><p>Open at nine.",
        "<html><head><noscript><style>p {}</style></head><body><p>Open at nine.</body></html>",
        "<html><head><title>T</title></head><p>Open at nine.<noscript></html>",
        "<head><noscript><p>No.</p></noscript></head><svg><title>No.</title><math></svg><p>Open at nine.",
    ],
)
def test_what_is_not_closed_hides_no_text(markup: str, sandbox: Sandbox) -> None:
    document, _ = load("a.html", markup.encode(), sandbox)
    assert document.text == "Open at nine."


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("10<sup>6</sup> watts", "10^6 watts"),
        ("<i>x</i><sup>2</sup> + x<sub>1</sub>", "x^2 + x_1"),
        ("2<sup>n<b>+</b>1</sup>, 10<sup>-3</sup>", "2^(n+1), 10^-3"),
        ("2<sup>2<sup>n</sup></sup> and 2<sup><sup>n</sup></sup>", "2^(2^n) and 2^n"),
        ("H<sub>2</sub>O, Ca<sup>2+</sup>, log<sub>2</sub>8", "H2O, Ca^2+, log_28"),
        ("the 5<sup>th</sup> floor of Homespun<sup>TM</sup>", "the 5th floor of HomespunTM"),
        (
            "as said<sup>[3]</sup> before.<sup>4</sup> Yes<sup>*</sup> <sup>5</sup>",
            "as said[3] before.4 Yes* 5",
        ),
        ("a<sup>never closed<p>b</sup>", "anever closed\n\nb"),
    ],
)
def test_superscripts_and_subscripts_do_not_run_into_the_text(
    markup: str, text: str, sandbox: Sandbox
) -> None:
    document, _ = load("a.html", markup.encode(), sandbox)
    assert document.text == text


def test_lines_are_exact_around_a_superscript(sandbox: Sandbox) -> None:
    markup = "<p>one\n10<sup>n\n+ two</sup>\nthree</p>"
    document, _ = load("a.html", markup.encode(), sandbox)
    assert document.text == "one 10^(n + two) three"
    finder = LineFinder(document)
    assert [finder.line(document.text.index(word)) for word in ("one", "10", "^", "two", "three")] == [
        1, 2, 2, 3, 4,
    ]  # fmt: skip


def test_a_list_item_stands_on_its_own_line_from_its_bullet_on(sandbox: Sandbox) -> None:
    document, _ = load("a.html", b"<p>one</p>\n<ul>\n<li>two</li></ul>", sandbox)
    assert LineFinder(document).line(document.text.index("- two")) == 3


def test_a_list_item_begins_where_its_text_does(sandbox: Sandbox) -> None:
    markup = (
        "<ul>\n<li>\n<p>one</p>\n<p>more</p></li>\n<li></li><li>two</li>"
        "<li><ol><li><h2>Three</h2></li></ol></li></ul>"
    )
    document, _ = load("a.html", markup.encode(), sandbox)
    assert document.text == "- one\n\nmore\n\n- two\n\n- Three"
    assert document.sections[-1].heading == ("Three",)


@QUICK
@given(cells=st.lists(st.tuples(st.sampled_from(["markdown", "code"]), TEXTS), min_size=1, max_size=5))
def test_notebook_cells_are_kept(cells: list[tuple[str, str]], sandbox: Sandbox) -> None:
    try:
        document, chunks = load("a.ipynb", samples.notebook(cells), sandbox)
    except LoadError:
        assert not "".join(source for _, source in cells).strip()
        return
    check_chunks(document, chunks)
    for _, source in cells:
        assert not source.strip() or source in document.text


def test_colours_of_a_notebooks_output_are_left_out(sandbox: Sandbox) -> None:
    printed = "\x1b[1;31mloss\x1b[0m 0.25 \x1b]8;;https://a.example\x1b\\log\x1b]8;;\x07 \x1b(Bdone [3] ]"
    cell = {"cell_type": "code", "source": "fit()", "outputs": [{"text": [printed]}]}
    document, _ = load("a.ipynb", json.dumps({"cells": [cell]}).encode(), sandbox)
    assert document.text == "fit()\nloss 0.25 log done [3] ]"


@settings(QUICK, max_examples=15)
@given(words=st.lists(st.integers(1, 90), min_size=1, max_size=8))
def test_pdf_chunks_name_their_page(words: list[int], sandbox: Sandbox) -> None:
    pages = [" ".join(f"p{number}w{word}" for word in range(count)) for number, count in enumerate(words, 1)]
    document, chunks = load("a.pdf", samples.pdf(pages), sandbox)
    check_chunks(document, chunks)
    for chunk in chunks:
        text = document.text[chunk.start : chunk.end]
        assert set(re.findall(r"p(\d+)w", text)) == {str(chunk.page)}


def test_pdf_words_that_a_line_divides_are_whole(sandbox: Sandbox) -> None:
    document, _ = load("a.pdf", samples.pdf(["Halyards are mani-\nfold ropes."]), sandbox)
    assert document.text.strip() == "Halyards are manifold ropes."


def test_pdf_chunks_hold_no_running_lines_and_stand_where_they_say(sandbox: Sandbox) -> None:
    pages = [
        f"Harbour Report 2024\nPier {n} is {30 + n} m long.\nIt has {n} cranes.\n- {n + 4} -"
        for n in range(1, 5)
    ]
    document, chunks = load("a.pdf", samples.pdf(pages), sandbox)
    check_chunks(document, chunks)
    assert [(chunk.page, document.text[chunk.start : chunk.end]) for chunk in chunks] == [
        (n, f"Pier {n} is {30 + n} m long.\nIt has {n} cranes.") for n in range(1, 5)
    ]


def test_word_document(sandbox: Sandbox) -> None:
    document, chunks = load(
        "a.docx", samples.docx(["Leave policy", "You have thirty days.", "Ask <Ann> & Bob."]), sandbox
    )
    check_chunks(document, chunks)
    assert chunks[-1].heading == ("Leave policy",)
    assert "Ann" in document.text


def test_word_documents_are_read_without_escapes_and_emphasis(sandbox: Sandbox) -> None:
    raised, lowered = (f'<w:vertAlign w:val="{way}script"/>' for way in ("super", "sub"))
    runs = [
        ("max_retries", ""), (" = 3 * 2", "<w:b/>"), (" of 10", '<w:u w:val="single"/>'), ("n+1", raised),
        (" or CO", ""), ("2", lowered), (" on the 5", ""), ("th", raised), (", x", "<w:i/>"), ("2", raised),
    ]  # fmt: skip
    document, _ = load("a.docx", samples.docx(["Policy", "MARK"], runs), sandbox)
    assert document.text == "# Policy\n\nMARK\n\nmax_retries = 3 * 2 of 10^(n+1) or CO2 on the 5th, x^2"


def test_tables_of_slides_are_read_without_escapes(sandbox: Sandbox) -> None:
    from pptx import Presentation

    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.add_table(1, 1, 0, 0, 100, 100).table.cell(0, 0).text = "max_retries * 2"
    stream = io.BytesIO()
    presentation.save(stream)
    document, _ = load("a.pptx", stream.getvalue(), sandbox)
    assert "| max_retries * 2 |" in document.text


def test_presentation_slides_are_pages(sandbox: Sandbox) -> None:
    document, chunks = load("a.pptx", samples.pptx(["Budget 2026", "Hiring plan"]), sandbox)
    check_chunks(document, chunks)
    assert [(chunk.page, chunk.heading) for chunk in chunks] == [(1, ("Budget 2026",)), (2, ("Hiring plan",))]


def test_workbook_rows(sandbox: Sandbox) -> None:
    rows = [["Part", "Count"], *[[f"bolt{number}", str(number)] for number in range(60)]]
    document, chunks = load("a.xlsx", samples.xlsx(rows), sandbox)
    check_chunks(document, chunks)
    assert chunks[0].heading == ("Stock",)
    assert "bolt59" in document.text


def test_workbook_figures_are_those_of_its_cells(sandbox: Sandbox) -> None:
    day = datetime(2024, 3, 1)
    rows = [
        ["Code", "Price", "Paid", "Day", "Note"],
        ["NA", 1200, True, day, "N/A"],
        ["None", 1200.0, None, day.replace(hour=8, minute=30), "null", None],
        ["007", 0.1 + 0.2, 1e-7, time(7, 5), "a | b\n c  d"],
        [None, None],
        [1234567890123456, 1.25e17, -2.5, None, None],
        [],
    ]
    document, _ = load("a.xlsx", samples.xlsx(rows), sandbox)
    assert document.text.splitlines() == [
        "## Stock",
        "| Code | Price | Paid | Day | Note |",
        "| NA | 1200 | TRUE | 2024-03-01 | N/A |",
        "| None | 1200 |  | 2024-03-01 08:30:00 | null |",
        r"| 007 | 0.3 | 1e-07 | 07:05:00 | a \| b c  d |",
        "",
        "| 1234567890123456 | 125000000000000000 | -2.5 |",
        "",
    ]


def test_sheets_are_sections_and_those_without_values_are_left_out(sandbox: Sandbox) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.title = "Q1_2024"
    book.active.append(["Oslo", 3])
    book.create_sheet("Empty")["Z99"].value = None
    book.create_sheet("Notes").append([None, "Bergen"])
    stream = io.BytesIO()
    book.save(stream)
    document, chunks = load("a.xlsx", stream.getvalue(), sandbox)
    assert [(chunk.heading, document.text[chunk.start : chunk.end]) for chunk in chunks] == [
        (("Q1_2024",), "## Q1_2024\n| Oslo | 3 |"),
        (("Notes",), "## Notes\n|  | Bergen |"),
    ]


def test_book_chapters_in_reading_order(sandbox: Sandbox) -> None:
    data = samples.epub(["<h1>One</h1><p>It began.</p>", "<h2>Two</h2><p>It ended &amp; slept.</p>"])
    document, chunks = load("a.epub", data, sandbox)
    check_chunks(document, chunks)
    assert [chunk.heading for chunk in chunks] == [("One",), ("Two",)]
    assert "ended & slept" in document.text
