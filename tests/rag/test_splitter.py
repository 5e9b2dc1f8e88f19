"""Where a document is cut into chunks."""

from __future__ import annotations

import pytest

from rag.loaders.document import LoadedDocument, Section
from rag.splitter import Splitter

SENTENCES = " ".join(f"Sentence number {number} says a little." for number in range(12))


def chunks_of(text: str, *sections: Section, budget: int = 24) -> list[str]:
    document = LoadedDocument(text, "Markdown", sections=list(sections))
    return [text[chunk.start : chunk.end] for chunk in Splitter(budget).split(document)]


@pytest.mark.parametrize("title", ["## Dropout", "Dropout\n=======", "## What is Dropout?"])
def test_a_title_stays_with_the_sentence_below_it(title: str) -> None:
    heading = title.strip("#= \n")
    first, *rest = chunks_of(f"{title}\n\n{SENTENCES}", Section(0, (heading,)))
    assert first.startswith(f"{title}\n\nSentence number 0 says a little.")
    assert rest


def test_so_do_the_titles_above_it() -> None:
    text = f"# Chapter\n\n## Dropout\n\n{SENTENCES}"
    sections = Section(0, ("Chapter",)), Section(text.index("## "), ("Chapter", "Dropout"))
    first, *_ = chunks_of(text, *sections)
    assert first.startswith("# Chapter\n\n## Dropout\n\nSentence number 0")


def test_a_title_of_half_a_chunk_may_stand_alone() -> None:
    title = "Everything that you always wanted to know about titles and never dared to ask"
    first, *_ = chunks_of(f"# {title}\n\n{SENTENCES}", Section(0, (title,)))
    assert first == f"# {title}"
