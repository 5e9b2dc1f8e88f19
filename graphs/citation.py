"""A citation: a quotation and the exact place where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from langchain_core.messages import content
from typing_extensions import TypedDict

from graphs.sentences import Span, enclosing_sentences, list_items, sentences, widened
from rag.passage import Passage

MOST_CITATIONS = 3
"""Citations of an answer; more say nothing new to a person."""

_SHARED_WORDS = 2
"""A short answer, such as a number, also stands in sentences about something else. Of the handbook's, those
that share two long words with the question speak of the same thing, those that share one often do not."""
_QUOTATION_MARKS = "\"'`«»\u2018\u2019\u201c\u201d"


class Citation(TypedDict):
    """A quotation and its place; in the document's decoded text, `text[start:end] == quote`."""

    path: str
    """Path of the file, relative to the indexed folder."""
    page: int | None
    """Page of a paginated document, from 1."""
    start_line: int
    """Line of the first character, from 1: of the file, or of the text that was read from it where the file
    is not one of lines (PDF, office, EPUB, notebook)."""
    end_line: int
    """Line of the last character, from 1."""
    start: int
    """Offset of the first character in the document's decoded text, from 0."""
    end: int
    """Offset after the last character."""
    quote: str
    """The words of the document, byte for byte."""
    score: float
    """Probability that the quotation's passage, or itself where it was graded, holds the answer."""


def cite(passage: Passage, start: int, end: int, score: float) -> Citation:
    """Cite a span of a passage; the offsets count from the passage's first character."""
    quote = passage.text[start:end]
    start_line, end_line = passage.lines_of(start, end)
    return Citation(
        path=passage.path,
        page=passage.page,
        start_line=start_line,
        end_line=end_line,
        start=passage.start + start,
        end=passage.start + end,
        quote=quote,
        score=score,
    )


def find_citation(quotation: str, passages: Sequence[Passage], scores: Sequence[float]) -> Citation | None:
    """Find a quotation in passages and cite the whole sentences that hold it.

    White space may differ, since a model can't be asked to repeat line breaks; every other character
    must agree. What is cited is always the document's own text.

    Args:
        quotation: What the model quoted, perhaps in quotation marks.
        passages: Where it may stand; the first that holds it is cited.
        scores: Score of each passage.

    Returns:
        The citation, or None for an empty quotation and one that stands in no passage.
    """
    for words in (quotation, quotation.strip().strip(_QUOTATION_MARKS)):
        if not words.strip():
            continue
        pattern = re.compile(_loosely(words))
        for passage, score in zip(passages, scores, strict=True):
            if found := pattern.search(passage.text):
                return cite(passage, *enclosing_sentences(passage.text, *found.span()), score)
    return None


def find_citations(quotations: str, passages: Sequence[Passage], scores: Sequence[float]) -> list[Citation]:
    """Find what a model quoted: one piece of a passage, or several, one a line.

    What is not verbatim is dropped. See `find_citation` for the arguments.
    """
    whole = find_citation(quotations, passages, scores)
    if whole:
        return [whole]
    found = (find_citation(item, passages, scores) for item in list_items(quotations))
    return without_repeats(citation for citation in found if citation)


def find_others(
    question: str,
    answer: str,
    passages: Sequence[Passage],
    scores: Sequence[float],
    cited: Sequence[Citation],
    most: int = MOST_CITATIONS,
) -> list[Citation]:
    """Cite the other sentences of the passages that hold an answer and speak of what was asked.

    Args:
        question: What was asked; a sentence has to share a few of its words.
        answer: What has to stand in a sentence; white space and capitals may differ.
        passages: Where they may stand.
        scores: Score of each passage.
        cited: What is cited already; neither it nor the same words elsewhere are cited again.
        most: How many citations there may be with those; the first that are met are taken.
    """
    # An answer “38” does not stand in “1938”.
    pattern = re.compile(rf"(?<!\w){_loosely(answer)}(?!\w)", re.IGNORECASE)
    asked = _long_words(question) - _long_words(answer)
    kept = list(cited)
    for passage, score in zip(passages, scores, strict=True):
        for start, end in _sentences_with(pattern, passage.text):
            if len(kept) >= most:
                return kept[len(cited) :]
            if len(asked & _long_words(passage.text[start:end])) >= _SHARED_WORDS:
                other = cite(passage, start, end, score)
                if _is_new(other, kept):
                    kept.append(other)
    return kept[len(cited) :]


def without_repeats(citations: Iterable[Citation]) -> list[Citation]:
    """Return the citations without those that share their place or their words with an earlier one."""
    kept: list[Citation] = []
    for citation in citations:
        if _is_new(citation, kept):
            kept.append(citation)
    return kept


def annotate(text: str, citations: Sequence[Citation]) -> list[content.ContentBlock]:
    """Return a text as LangChain content whose annotations are the citations of all of it."""
    annotations: list[content.Annotation] = [
        content.create_citation(
            url=citation["path"],
            title=citation["path"],
            start_index=0,
            end_index=len(text),
            cited_text=citation["quote"],
            **_place(citation),
        )
        for citation in citations
    ]
    return [content.create_text_block(text, annotations=annotations)]


def _long_words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.casefold()))


def _loosely(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))


def _sentences_with(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    """Yield what `enclosing_sentences` gives for each match of a pattern, the same span once."""
    matches = list(pattern.finditer(text))
    whole = sentences(text) if matches else []
    for span, _ in groupby(widened(match.span(), whole) for match in matches):
        yield span


def _is_new(citation: Citation, others: Iterable[Citation]) -> bool:
    return not any(_overlap(citation, other) or _same_words(citation, other) for other in others)


def _overlap(one: Citation, other: Citation) -> bool:
    return one["path"] == other["path"] and one["start"] < other["end"] and other["start"] < one["end"]


def _same_words(one: Citation, other: Citation) -> bool:
    return one["quote"].split() == other["quote"].split()


def _place(citation: Citation) -> dict[str, Any]:
    names = ("page", "start_line", "end_line", "start", "end", "score")
    return {name: value for name, value in citation.items() if name in names}
