"""Quotations are found where they stand, and only there."""

from __future__ import annotations

import pytest

from graphs.citation import Citation, cite, find_citation, find_citations, find_others, without_repeats
from graphs.sentences import sentences
from rag.passage import Passage
from tests.graphs.fakes import DOCUMENT, passages_of


@pytest.mark.parametrize(
    "quotation",
    [
        "It carries no cars.",
        "  It carries no cars.\n",
        "“It carries no cars.”",
        '"It carries no cars."',
        "`no cars`",
        "carries\nno   cars",
    ],
)
def test_a_verbatim_quotation_is_cited_with_its_place(quotation: str) -> None:
    citation = find_citation(quotation, passages_of(), [0.2, 0.7])
    assert citation is not None
    assert citation["quote"] == "It carries no cars."
    assert DOCUMENT[citation["start"] : citation["end"]] == citation["quote"]
    assert DOCUMENT.splitlines()[citation["start_line"] - 1].endswith("It carries no cars.")
    assert (citation["start_line"], citation["end_line"], citation["score"]) == (8, 8, 0.7)


@pytest.mark.parametrize(
    "quotation",
    ["", "  ", '""', "It carries no bikes.", "it carries no cars.", "It carries … cars.", "cars. It carries"],
)
def test_anything_else_is_dropped(quotation: str) -> None:
    assert find_citation(quotation, passages_of(), [0.2, 0.7]) is None


def test_a_place_counts_from_where_the_passage_stands() -> None:
    passage = Passage("\nOne.\nTwo.", "a.pdf", 100, 110, 7, 9, page=3)
    citation = cite(passage, 6, 10, 0.5)
    assert (citation["quote"], citation["start"], citation["end"]) == ("Two.", 106, 110)
    assert (citation["page"], citation["start_line"], citation["end_line"]) == (3, 9, 9)


def test_a_place_in_a_web_page_is_the_line_of_its_file() -> None:
    lines = ((0, 7), (8, 9), (16, 12), (20, 14))
    passage = Passage("One two\n\nthree. four\n\nFive.", "a.html", 0, 28, 7, 14, lines=lines)
    places = {"One": (7, 7), "three.": (9, 9), "four": (12, 12), "three. four": (9, 12), "Five.": (14, 14)}
    for quote, place in places.items():
        start = passage.text.index(quote)
        citation = cite(passage, start, start + len(quote), 0.5)
        assert (citation["start_line"], citation["end_line"]) == place, quote


def test_lines_of_a_file_are_not_those_of_a_text_that_happens_to_have_as_many() -> None:
    passage = Passage("One.\n\nTwo.", "a.html", 0, 10, 7, 9, lines=((0, 7), (6, 8)))
    citation = cite(passage, 6, 10, 0.5)
    assert (citation["start_line"], citation["end_line"]) == (8, 8)


def test_a_place_in_text_whose_lines_are_not_those_of_its_file_is_that_of_the_passage() -> None:
    passage = Passage("One.\n\nTwo.", "a.html", 0, 10, 7, 12)
    citation = cite(passage, 6, 10, 0.5)
    assert (citation["quote"], citation["start_line"], citation["end_line"]) == ("Two.", 7, 12)


def test_every_passage_has_a_score() -> None:
    with pytest.raises(ValueError, match="shorter"):
        find_citation("Nowhere.", passages_of(), [0.2])
    with pytest.raises(ValueError, match="shorter"):
        find_others("Where?", "Nowhere", passages_of(), [0.2], [])


def test_a_quotation_over_two_lines_is_one_even_where_a_line_of_it_stands_elsewhere() -> None:
    texts = ("Oslo is big.", "The city of\nOslo is big.")
    passages = [Passage(text, f"{len(text)}.md", 0, len(text), 1, 2) for text in texts]
    [citation] = find_citations(texts[1], passages, [0.2, 0.7])
    assert (citation["quote"], citation["score"]) == (texts[1], 0.7)


def place(start: int, end: int, path: str = "a.md", quote: str = "") -> Citation:
    return cite(Passage(quote or f"{path}{start}", path, start, end, 1, 1), 0, end - start, 0.5)


@pytest.mark.parametrize(
    ("other", "is_kept"),
    [
        (place(5, 15), False),
        (place(15, 25), False),
        (place(5, 10), True),
        (place(20, 25), True),
        (place(10, 20, "b.md"), True),
        (place(50, 60, "b.md", "the  same"), False),
    ],
)
def test_what_shares_its_place_or_its_words_is_cited_once(other: Citation, is_kept: bool) -> None:
    first = place(10, 20, quote="the same")
    assert without_repeats([first, other]) == [first, other][: 1 + is_kept]


def test_the_lines_of_a_quotation_over_two_lines() -> None:
    citation = find_citation("It is 38 metres tall", passages_of(), [0.5, 0.5])
    assert citation is not None
    assert (citation["start_line"], citation["end_line"]) == (3, 4)


@pytest.mark.parametrize(
    ("quotations", "quotes"),
    [
        ("It carries no cars.", ["It carries no cars."]),
        # Two sentences that follow each other are one quotation.
        (
            "leaves at 7.30 from pier 4. It carries",
            ["The ferry to Gull Bay leaves at 7.30 from pier 4. It carries no cars."],
        ),
        (
            "- It carries no cars.\n- “Its keeper was Ada”",
            ["It carries no cars.", "Its keeper was Ada Finch."],
        ),
        ("1. It carries no cars.\n2. It carries no bikes.", ["It carries no cars."]),
        ("no cars\nIt carries no cars.", ["It carries no cars."]),
        ("It carries no bikes.\n\nNor dogs.", []),
    ],
)
def test_several_quotations_are_cited_apart(quotations: str, quotes: list[str]) -> None:
    citations = find_citations(quotations, passages_of(), [0.2, 0.7])
    assert [citation["quote"] for citation in citations] == quotes
    assert all(DOCUMENT[citation["start"] : citation["end"]] == citation["quote"] for citation in citations)


GUIDE = """The tower is 38
Metres tall. In 1938 metres were new. It is 38 metres tall, e.g. taller than the one at Gull Bay.
"""


def test_other_sentences_with_the_words_of_an_answer() -> None:
    island, guide = passages_of(), passages_of(GUIDE, path="guide.md")
    cited = find_citation("38 metres", island, [0.9, 0.1])
    assert cited is not None
    # What is cited already, the same words in another file, and other words that hold these are left out.
    asked = "How many metres tall is the tower?"
    [other] = find_others(asked, "38  metres", [*island, *guide], [0.9, 0.1, 0.6], [cited])
    assert (other["path"], other["quote"], other["score"]) == (
        "guide.md",
        "The tower is 38\nMetres tall.",
        0.6,
    )
    # Nor does a sentence count that speaks of something else.
    assert find_others("How wide is the tower?", "38 metres", guide, [0.6], []) == []
    asked = "When leaves the ferry to Gull Bay?"
    assert find_others(asked, "7.30", island, [0.9, 0.1], [cite(island[1], 11, 60, 0.1)]) == []
    assert len(find_others(asked, "7.30", island, [0.9, 0.1], [])) == 1


def test_a_long_text_with_many_hits_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(text: str) -> list[tuple[int, int]]:
        read.append(text)
        return sentences(text)

    monkeypatch.setattr("graphs.citation.sentences", reading)
    text = " ".join(f"Alice did the thing number {number} in the harbour." for number in range(300))
    passage = Passage(text, "a.md", 0, len(text), 1, 1)
    others = find_others("Which thing did she do in the harbour?", "Alice", [passage] * 2, [1.0, 0.5], [])
    assert [other["quote"] for other in others] == [
        f"Alice did the thing number {number} in the harbour." for number in range(3)
    ]
    assert read == [text]
