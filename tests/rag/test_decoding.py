"""Bytes become text in the encoding that they have, whatever a page says about itself."""

from __future__ import annotations

import codecs

import pytest

from rag.decoding import decode
from rag.errors import LoadError
from rag.loaders.html import decode_markup

LONG_ASCII = b"A line without any accent.\n" * 4000


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Привет, как дела сегодня вечером?\n" * 200, "cp1251"), ("Ein Gruß\n", "cp1252")],
)
def test_text_that_begins_with_much_ascii_is_told_by_what_follows(text: str, encoding: str) -> None:
    assert decode(LONG_ASCII + text.encode(encoding)) == (LONG_ASCII.decode() + text, encoding)


def test_damage_far_from_the_beginning_costs_no_more_than_itself() -> None:
    text, encoding = decode(LONG_ASCII + "Grüße aus Köln\n".encode() * 9 + b"\xff\n")
    assert encoding == "utf-8, damaged"
    assert text.endswith("Grüße aus Köln\n\ufffd\n")


@pytest.mark.parametrize("text", ["Grüße aus Köln\n" * 9, "A line without any accent.\n", ""])
@pytest.mark.parametrize("damage", [b"\xff\n", b"\xc3"])
def test_damaged_text_is_read_alike_with_and_without_a_mark(text: str, damage: bytes) -> None:
    data = text.encode() + damage
    assert decode(codecs.BOM_UTF8 + data) == decode(data)


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF8])
def test_what_is_no_text_is_refused_behind_a_mark_too(mark: bytes) -> None:
    with pytest.raises(LoadError):
        decode(mark + b"\x00\xff\xd8" * 99)


@pytest.mark.parametrize(
    ("declared", "encoding", "read_as"),
    [
        ("utf-8", "utf-8", "utf-8"),
        ("windows-1251", "cp1251", "windows-1251"),
        ("ISO-8859-1", "cp1252", "cp1252"),
        ("utf-16", "utf-8", "utf-8"),
        ("undefined", "utf-8", "utf-8"),
        ("no-such-thing", "utf-8", "utf-8"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_declares_if_it_can_be(
    declared: str, encoding: str, read_as: str
) -> None:
    letters = "Привет" if "1251" in encoding else "“Grüße”"
    page = f'<html><head><meta charset="{declared}"></head><body><p>{letters}</p></body></html> '
    assert decode_markup(page.encode(encoding)) == (page, read_as)


def test_the_mark_at_the_beginning_of_a_page_is_no_part_of_it() -> None:
    page = '<meta charset="utf-8"><p>Grüße</p>'
    assert decode_markup(codecs.BOM_UTF8 + page.encode()) == (page, "utf-8-sig")
