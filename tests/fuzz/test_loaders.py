"""Whatever a file holds, it is indexed or listed with a reason; nothing else comes out of a loader."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import LoadError
from rag.limits import Limits
from rag.loaders import _FORMATS, format_of
from rag.loaders.document import LoadedDocument
from rag.loaders.sandbox import Sandbox
from rag.reading import load_document
from rag.splitter import Splitter, estimate_tokens
from tests.fuzz.conftest import any_json, examples

SUFFIXES = sorted(_FORMATS)
IN_PROCESS = [suffix for suffix in SUFFIXES if not format_of(f"x{suffix}").isolated]
ISOLATED = [suffix for suffix in SUFFIXES if format_of(f"x{suffix}").isolated]
LIMITS = Limits(text_bytes=100_000, document_bytes=100_000, unpacked_bytes=1_000_000)

marks = st.sampled_from(
    [
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe\0\0",
        b"{\\rtf",
        b"\0",
    ]
)
pieces = st.sampled_from(
    r"""# |## |```|~~~|---|===|,|;|"|'|\|{|}|[|]|<|>|&|<!--|-->|<p|</p>|<script>|<table>|&#xD800;|.. code::"""
    r"""|::|$$|- |1. |a,b|1,2|def f():|class A|"cells"|: null|é|東京|a|b """.split("|")
) | st.sampled_from(["\n", "\r", "\r\n", "\t", "\x00", "\ufeff", "\u2028", "\x85", "\ud7ff", "|", ""])
lively = st.lists(pieces | st.text(max_size=5), max_size=25).map("".join)
contents = st.one_of(
    st.binary(max_size=200),
    st.builds(bytes.__add__, marks, st.binary(max_size=100)),
    lively.map(lambda text: text.encode("utf-8", "surrogatepass")),
    lively.map(lambda text: text.encode("utf-16", "surrogatepass")),
    lively.map(lambda text: text.encode("latin-1", "replace")),
)
cells = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["markdown", "code"]) | any_json,
        "source": lively | st.lists(lively, max_size=2) | any_json,
        "outputs": st.lists(
            st.fixed_dictionaries({}, optional={"text": any_json, "data": any_json}) | any_json
        )
        | any_json,
    },
)
notebooks = st.fixed_dictionaries(
    {}, optional={"cells": st.lists(cells | any_json, max_size=3) | any_json, "worksheets": any_json}
)
parts = st.sampled_from(
    """META-INF/container.xml word/document.xml [Content_Types].xml xl/workbook.xml ppt/presentation.xml
    _rels/.rels a.opf mimetype""".split()
)
xml = st.sampled_from(
    [
        b'<?xml version="1.0"?><container xmlns="u"><rootfile full-path="a.opf"/></container>',
        b'<package xmlns="u"><manifest><item id="a" href="mimetype"/></manifest>'
        b'<spine><itemref idref="a"/></spine></package>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<a>",
        b"",
    ]
)


def packed(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def damaged(data: bytes, cut: int, place: int, byte: int) -> bytes:
    """Cut bytes off the end and change one."""
    kept = bytearray(data[: max(1, len(data) - cut)])
    kept[place % len(kept)] = byte
    return bytes(kept)


archives = st.builds(
    damaged,
    st.dictionaries(parts, xml | st.binary(max_size=40), max_size=4).map(packed),
    st.sampled_from([0, 0, 0, 5, 30]),
    st.integers(0, 2000),
    st.integers(0, 255),
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(LIMITS) as process:
        yield process


def load(name: str, data: bytes, sandbox: Sandbox) -> None:
    """Load, split, and check that every place stands for what it says."""
    try:
        document = load_document(name, data, LIMITS, sandbox)
    except LoadError as error:
        reason = str(error)
    else:
        check(document)
        return
    assert reason
    assert "\n" not in reason


def check(document: LoadedDocument) -> None:
    text = document.text
    text.encode("utf-8")
    starts = [section.start for section in document.sections]
    assert starts == sorted(starts)
    assert all(0 <= start <= len(text) for start in starts)
    for chunk in Splitter(40, estimate_tokens, 40, None).split(document):
        assert 0 <= chunk.start < chunk.end <= len(text)
        assert 1 <= chunk.start_line <= chunk.end_line


@given(st.sampled_from(IN_PROCESS), contents)
@examples(300, 20_000)
def test_any_bytes_under_any_name(sandbox: Sandbox, suffix: str, data: bytes) -> None:
    """A file of text, code, tables or records is loaded or refused with a reason of one line."""
    load(f"file{suffix}", data, sandbox)


@given(st.sampled_from(ISOLATED), contents | archives)
@examples(60, 3000)
def test_any_bytes_that_are_parsed_apart(sandbox: Sandbox, suffix: str, data: bytes) -> None:
    """HTML, PDF, office files and books, damaged at will, are loaded or refused, and the parser lives on."""
    load(f"file{suffix}", data, sandbox)


@given(notebooks | any_json)
@examples(100, 5000)
def test_any_json_as_a_notebook(sandbox: Sandbox, content: object) -> None:
    """A notebook may hold anything where its cells should be."""
    load("file.ipynb", json.dumps(content).encode(), sandbox)


@given(st.sampled_from(IN_PROCESS), contents, st.integers(0, 30), st.integers(0, 500), st.integers(0, 255))
@examples(60, 5000)
def test_any_packed_bytes(
    sandbox: Sandbox, suffix: str, data: bytes, cut: int, place: int, byte: int
) -> None:
    """A packed file that is damaged is refused with a reason."""
    load(f"file{suffix}.gz", damaged(gzip.compress(data), cut, place, byte), sandbox)
