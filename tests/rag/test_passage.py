"""A part of a passage lies in the file where it lay in the passage."""

from __future__ import annotations

import pytest

from rag.passage import Passage

TEXT = "One ferry.\n\nTwo ships lie here.\nThree more come.\n"
OF_ITS_OWN = Passage(TEXT, "a.txt", 40, 40 + len(TEXT), 7, 10)
OF_A_WEB_PAGE = Passage(
    TEXT, "a.html", 40, 40 + len(TEXT), 7, 21, lines=((0, 7), (4, 8), (12, 15), (22, 16), (32, 21))
)


@pytest.mark.parametrize("passage", [OF_ITS_OWN, OF_A_WEB_PAGE], ids=["text", "web page"])
def test_a_part_has_the_places_that_it_had(passage: Passage) -> None:
    for start in range(len(TEXT)):
        for end in range(start + 1, len(TEXT) + 1):
            part = passage.part(start, end)
            assert (part.text, part.start, part.end) == (TEXT[start:end], 40 + start, 40 + end)
            assert (part.start_line, part.end_line) == passage.lines_of(start, end)
            assert part.lines_of(0, end - start) == passage.lines_of(start, end)
            last = end - start - 1
            assert part.lines_of(last, last + 1) == passage.lines_of(end - 1, end)


def test_a_part_of_a_part_is_a_part() -> None:
    again = OF_A_WEB_PAGE.part(5, 45).part(10, 30)
    assert again.text == TEXT[15:35]
    assert again.lines_of(0, 20) == OF_A_WEB_PAGE.lines_of(15, 35)
