"""Quotations are found where they stand, and only there."""

from __future__ import annotations

import pytest

from graphs.citation import find_citation
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


def test_the_lines_of_a_quotation_over_two_lines() -> None:
    citation = find_citation("It is 38 metres tall", passages_of(), [0.5, 0.5])
    assert citation is not None
    assert (citation["start_line"], citation["end_line"]) == (3, 4)
