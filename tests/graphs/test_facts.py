"""The layout of what a combined answer is put together from."""

from __future__ import annotations

import pytest

from graphs.reasoner.facts import lay_out


def test_all_answers_stand_in_the_last_line_as_they_were_asked_for() -> None:
    laid_out = lay_out([("How heavy is A?", "40 kg"), ("How heavy is B?", "9 kg")])
    assert laid_out.splitlines()[-1] == "40 kg, 9 kg"


@pytest.mark.parametrize(
    ("greater", "smaller"),
    [
        ("40 kg", "9 kg"),
        ("1,200 kg", "800 KG."),
        ("12.5 metres", "12.25 metres"),
        ("in 1931", "1886"),
        ("about 340 MB", "90 MB"),
    ],
)
def test_of_figures_the_smallest_stands_first(greater: str, smaller: str) -> None:
    first, second, _ = lay_out([("How much has A?", greater), ("How much has B?", smaller)]).splitlines()
    assert (first, second) == (f"How much has B? {smaller}", f"How much has A? {greater}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("40 kg", "9 g"),
        ("Oslo", "Bergen"),
        ("40 kg", "heavy"),
        ("3 May 2024", "1 May 2024"),
        ("", "9 kg"),
    ],
)
def test_what_cannot_be_compared_stays_as_it_was_asked_for(one: str, other: str) -> None:
    first, second, _ = lay_out([("What about A?", one), ("What about B?", other)]).splitlines()
    assert (first.rstrip(), second) == (f"What about A? {one}".rstrip(), f"What about B? {other}")
