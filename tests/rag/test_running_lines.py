"""What runs through all pages is left out; what a page says for itself stays."""

from __future__ import annotations

import pytest

from rag.loaders.running_lines import without_running_lines


def bodies(pages: list[str]) -> list[str]:
    return [page.strip() for page in without_running_lines(pages)]


def told(number: int) -> str:
    return f"Tide table {'abcdefgh'[number]}.\n\nHigh water at {number * 7} past."


@pytest.mark.parametrize(
    ("header", "footer"),
    [
        ("Annual Report", ""),
        ("", "Annual  Report"),
        ("Annual Report", "{page}"),
        ("{page} | Annual Report 2024", "Printed on 1.5.2024"),
        ("Page {page} of 5", "Seite {page}"),
        ("", "- {next} -"),
    ],
)
def test_headers_and_footers_are_left_out(header: str, footer: str) -> None:
    pages = [
        f"{header}\n\n{told(number)}\n{footer}\n".format(page=number + 1, next=number + 12)
        for number in range(5)
    ]
    assert bodies(pages) == [told(number) for number in range(5)]


def test_pages_without_the_header_stay_as_they_are() -> None:
    pages = ["Harbour Guide\nby A. Finch", *(f"Harbour\n{told(n)}" for n in range(3)), "", "Harbour"]
    assert bodies(pages) == ["Harbour Guide\nby A. Finch", *(told(n) for n in range(3)), "", "Harbour"]


def test_the_header_of_a_chapter_counts_up_with_its_pages() -> None:
    chapters = [f"Chapter {2 if n < 4 else 3}: Tides {n + 1}\n{told(n)}" for n in range(8)]
    others = [f"{told(n)}\nThe end of {n}." for n in range(8)]
    assert bodies(chapters + others)[:8] == [told(n) for n in range(8)]


@pytest.mark.parametrize(
    "pages",
    [
        [f"Harbour\n{told(n)}\n{n}" for n in range(2)],
        ["Harbour\nRed.", "Harbour\nBlue.", *(told(n) for n in range(4))],
        [f"Day {n}\n{told(n)}" for n in range(5)],
        [f"Tide {n * n}\n{told(n)}" for n in range(5)],
        [f"{told(n)}\n{n * n}" for n in range(5)],
        ["Harbour", "Harbour", "Harbour"],
        [f"{'9' * 5000}\n{told(n)}" for n in range(2)],
        [],
    ],
    ids=[
        "two pages",
        "not on most",
        "titles",
        "no count",
        "no page number",
        "all there is",
        "long number",
        "none",
    ],
)
def test_what_may_be_more_than_a_running_line_stays(pages: list[str]) -> None:
    assert without_running_lines(pages) == pages
