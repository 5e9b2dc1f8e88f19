"""Running lines: headers and footers, which a page has because others have them, and page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

_LEAST_PAGES = 3
_NUMBER = re.compile(r"(?<!\d)\d{1,6}(?!\d)")
_TITLE = re.compile(r"(?!page\b)[^\W\d_]{2,}", re.IGNORECASE)

_Form = tuple[str, int | None, str]
"""What pages have in common: text before a number, what the number is ahead of the page's, and text after."""


def without_running_lines(pages: Sequence[str]) -> list[str]:
    """Return pages without their first and last lines where these run through the document.

    A line runs if most pages have it, or if three have it with a number that counts up with the pages.

    Args:
        pages: The text of each page.
    """
    return _without(_without(pages, at_top=True), at_top=False)


def _without(pages: Sequence[str], *, at_top: bool) -> list[str]:
    divided = [_divide(page, at_top) for page in pages]
    forms = [set(_forms(line, number, at_top)) for number, (line, _) in enumerate(divided)]
    most = max(_LEAST_PAGES, sum(map(bool, forms)) // 2 + 1)
    counts = Counter(form for each in forms for form in each)
    running = {form for form, n in counts.items() if n >= (most if form[1] is None else _LEAST_PAGES)}
    return [
        page if running.isdisjoint(own) else rest
        for page, own, (_, rest) in zip(pages, forms, divided, strict=True)
    ]


def _divide(page: str, at_top: bool) -> tuple[str, str]:
    """Return the first or last line of a page, and the other lines; a line that is all of a page is none."""
    if at_top:
        line, _, rest = page.lstrip().partition("\n")
    else:
        rest, _, line = page.rstrip().rpartition("\n")
    return (" ".join(line.split()), rest) if rest.strip() else ("", page)


def _forms(line: str, page: int, at_top: bool) -> Iterator[_Form]:
    if not line:
        return
    yield line, None, ""
    for number in _NUMBER.finditer(line):
        before, after = line[: number.start()], line[number.end() :]
        # A page a day, or a question a page: “Day 3” is the title of what follows.
        if not (at_top and _TITLE.fullmatch(f"{before}{after}".strip(" .:#()-\u2013\u2014"))):
            yield before, int(number[0]) - page, after
