"""How much of a question a passage speaks of: stems, headings, and what is never mentioned."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from graphs.coverage import Coverage, stem
from rag.passage import Passage


def passage(text: str, path: str = "a.md", heading: str = "") -> Passage:
    return Passage(text, path, 0, len(text), 1, 1, heading=heading)


def test_words_are_found_by_their_stem_and_common_ones_do_not_count() -> None:
    coverage = Coverage.of("How many retries does the mailer make?", [passage("A mail is retried thrice.")])
    assert coverage.found == ("retries",)
    assert coverage.missing == ("many", "mailer", "make")
    assert coverage.share == pytest.approx(0.25)


@pytest.mark.parametrize("place", [{"path": "guides/mailer.md"}, {"heading": "Services > Mailer"}])
def test_the_file_and_its_headings_say_what_a_passage_is_about(place: dict[str, str]) -> None:
    assert "mailer" in Coverage.of("Who runs the mailer?", [passage("Ada runs it.", **place)]).found


def test_passages_that_are_quoted_together_count_as_one() -> None:
    quoted = [passage("Ada founded the firm."), passage("Ada grew up in Turin.")]
    assert Coverage.of("Where grew up who founded the firm?", quoted).share == 1.0


def test_a_question_of_common_words_is_looked_for_as_it_is() -> None:
    assert Coverage.of("What is it?", [passage("What it is: a lamp.")]).share == 1.0
    assert Coverage.of("?", [passage("A lamp.")]).share == 1.0


def test_without_a_passage_nothing_is_found() -> None:
    assert Coverage.of("Who runs the mailer?", []).share == 0.0


def test_threads_do_not_mix_their_words_up() -> None:
    words = [f"{letter}elatedness{number}ing" for letter in "rst" for number in range(300)]
    with ThreadPoolExecutor(8) as threads:
        stemmed = list(threads.map(stem, words))
    assert stemmed == [stem.__wrapped__(word) for word in words]
