"""Neighbours are joined, near-duplicates are left out."""

from __future__ import annotations

from dataclasses import replace

from rag import Passage
from rag.search.duplicates import without_near_duplicates
from rag.search.neighbours import merge_neighbours

TEXT = "One two three.\n\nFour five six.\n\nSeven eight nine.\n"


def piece(word: str, score: float = 0.5, heading: str = "") -> Passage:
    start = TEXT.index(word)
    end = TEXT.index(".", start) + 1
    line = TEXT.count("\n", 0, start) + 1
    return Passage(TEXT[start:end], "a.txt", start, end, line, line, heading=heading, score=score)


def merge(*passages: Passage, k: int = 5, longest: int = 99) -> list[Passage]:
    return merge_neighbours(passages, k, lambda _: TEXT, lambda text: len(text) <= longest)


def test_adjoining_passages_become_one() -> None:
    (joined,) = merge(piece("Four", 0.9), piece("One", 0.4))
    assert joined.text == TEXT[joined.start : joined.end] == "One two three.\n\nFour five six."
    assert (joined.start_line, joined.end_line, joined.score) == (1, 3, 0.9)


def test_a_joined_passage_has_the_place_of_both_whichever_is_better() -> None:
    for better, other in (("Four", "Seven"), ("Seven", "Four")):
        (joined,) = merge(piece(better, 0.9), piece(other, 0.4))
        assert (joined.start, joined.end) == (TEXT.index("Four"), TEXT.index("nine.") + len("nine."))
        assert joined.text == TEXT[joined.start : joined.end]
        assert (joined.start_line, joined.end_line) == (3, 5)


def test_lines_of_a_joined_passage_are_those_of_both() -> None:
    first = replace(piece("One"), lines=((0, 7), (4, 8)))
    second = replace(piece("Four"), lines=((0, 12),))
    (joined,) = merge(second, first)
    assert joined.lines == ((0, 7), (4, 8), (16, 12))
    assert joined.lines_of(4, len(joined.text)) == (8, 12)


def test_a_section_is_joined_with_its_parts_and_named_as_the_whole() -> None:
    for first, second, heading in (
        ("A", "A", "A"),
        ("A", "A > B", "A"),
        ("A > B", "A", "A"),
        ("", "A", ""),
        ("A", "", ""),
    ):
        (joined,) = merge(piece("One", heading=first), piece("Four", heading=second))
        assert joined.heading == heading
    assert len(merge(piece("One", heading="A"), piece("Four", heading="AB > C"))) == 2


def test_passages_apart_too_long_or_of_other_sections_stay_apart() -> None:
    assert len(merge(piece("One"), piece("Seven"))) == 2
    assert len(merge(piece("One"), piece("Four"), longest=20)) == 2
    assert len(merge(piece("One", heading="A"), piece("Four", heading="B"))) == 2
    assert len(merge(piece("One"), replace(piece("Four"), page=2))) == 2
    assert len(merge(piece("One"), replace(piece("Four"), path="b.txt"))) == 2


def test_passages_of_a_file_that_was_indexed_anew_meanwhile_stay_apart() -> None:
    found = [piece("One"), piece("Four")]
    for text in ("", TEXT.replace("Four", "More"), TEXT[1:]):
        assert merge_neighbours(found, 5, {"a.txt": text}.__getitem__, lambda _: True) == found


def test_a_text_is_unpacked_once_and_not_for_passages_far_apart() -> None:
    asked: list[str] = []

    def text_of(path: str) -> str:
        asked.append(path)
        return TEXT

    far = replace(piece("Seven"), start=5000, end=5017)
    assert len(merge_neighbours([piece("One"), far], 5, text_of, lambda _: True)) == 2
    assert asked == []
    assert len(merge_neighbours([piece("One"), piece("Seven"), piece("Four")], 5, text_of, bool)) == 2
    assert asked == ["a.txt"]


def test_no_more_than_asked_for() -> None:
    assert [passage.text for passage in merge(piece("One"), piece("Seven"), k=1)] == ["One two three."]


def test_near_duplicates_keep_the_better_one() -> None:
    first = piece("Four")
    longer = replace(
        first, text="Four five six seven eight nine ten eleven twelve thirteen fourteen fifteen."
    )
    again = replace(longer, path="copy.txt", text=longer.text.upper() + "!")
    assert without_near_duplicates([longer, again, first]) == [longer, first]
