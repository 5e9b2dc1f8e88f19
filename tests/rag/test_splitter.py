"""Where a document is cut into chunks."""

from __future__ import annotations

import pytest

from rag.loaders.document import LoadedDocument, Section
from rag.splitter import Splitter, TokenCounter, estimate_tokens

BUDGET = 24
SENTENCE = "Twenty two letters in."
"""With the space behind it, six tokens as they are estimated, a quarter of the budget."""


def chunks_of(
    text: str, *sections: Section, splitter: Splitter | None = None, by_lines: bool = False
) -> list[str]:
    document = LoadedDocument(text, "Markdown", sections=list(sections), by_lines=by_lines)
    return [text[chunk.start : chunk.end] for chunk in (splitter or Splitter(BUDGET)).split(document)]


def count_words(text: str) -> int:
    return len(text.split())


@pytest.mark.parametrize(("characters", "tokens"), [(0, 0), (1, 1), (4, 1), (5, 2), (8, 2)])
def test_tokens_are_estimated_at_four_characters_and_rounded_up(characters: int, tokens: int) -> None:
    assert estimate_tokens("x" * characters) == tokens


def test_a_budget_of_next_to_nothing_is_refused() -> None:
    assert Splitter(8)
    with pytest.raises(ValueError, match="max_tokens must be at least 8, not 7"):
        Splitter(7)


def test_what_fits_exactly_is_not_cut() -> None:
    text = " ".join(["word"] * BUDGET)
    splitter = Splitter(BUDGET, count_words)
    assert chunks_of(text, splitter=splitter) == [text]
    assert chunks_of(f"{text} more", splitter=splitter) != [f"{text} more"]


def test_chunks_are_filled_evenly() -> None:
    # Three would fit into the first chunk, which would leave a crumb for the second.
    halves = [" ".join([SENTENCE] * 2)] * 2
    assert chunks_of(" ".join([SENTENCE] * 4), splitter=Splitter(20)) == halves
    many = chunks_of(" ".join([SENTENCE] * 31))
    assert {chunk.count("Twenty") for chunk in many} <= {3, 4}


def test_a_chunk_begins_with_the_indentation_of_its_first_line() -> None:
    assert chunks_of("\n\n    indented words") == ["    indented words"]


@pytest.mark.parametrize("count", [count_words, lambda text: 0])
def test_the_budget_of_the_embedding_counts_as_well(count: TokenCounter) -> None:
    text = " ".join([SENTENCE] * 8)
    splitter = Splitter(BUDGET * 10, count, max_pieces=8, count_pieces=count_words)
    assert [chunk.count("Twenty") for chunk in chunks_of(text, splitter=splitter)] == [2, 2, 2, 2]


@pytest.mark.parametrize("title", ["## Dropout", "Dropout\n=======", "## Dropout?"])
def test_a_title_stays_with_the_sentence_below_it(title: str) -> None:
    # The paragraph fills a chunk by itself: the title would be left alone.
    body = " ".join([SENTENCE] * 4)
    assert chunks_of(body) == [body]
    first, second = chunks_of(f"{title}\n\n{body}", Section(0, (title.strip("#=\n "),)))
    assert first.startswith(f"{title}\n\n{SENTENCE}")
    assert f"{first} {second}" == f"{title}\n\n{body}"


def test_so_do_the_titles_above_it() -> None:
    body = " ".join([SENTENCE] * 4)
    text = f"# Chapter\n\n## Dropout\n\n{body}"
    first, *_ = chunks_of(text, Section(0, ("Chapter",)), Section(text.index("## "), ("Chapter", "Dropout")))
    assert first.startswith(f"# Chapter\n\n## Dropout\n\n{SENTENCE}")


def test_a_first_line_that_is_no_title_may_stand_alone() -> None:
    body = " ".join([SENTENCE] * 4)
    text = f"Some words.\n\n{body}"
    assert chunks_of(text, Section(0, ("Dropout",))) == ["Some words.", body]


def test_a_title_of_half_a_chunk_may_stand_alone() -> None:
    title = "Everything that you always wanted to know about titles and more"
    body = " ".join([SENTENCE] * 4)
    assert chunks_of(f"# {title}\n\n{body}", Section(0, (title,))) == [f"# {title}", body]


def test_lines_of_code_are_whole_and_keep_their_indentation() -> None:
    lines = [f"    part_{number} = 1.  # One. Two. Three." for number in range(9)]
    chunks = chunks_of("\n".join(lines), by_lines=True)
    assert len(chunks) > 1
    assert "\n".join(chunks).splitlines() == lines
