"""Texts written for this project with questions as people ask them, and follow-ups of these.

A file of `corpora/texts` holds texts one after another:

    # The title of the first text

    Some paragraphs, perhaps with lists and subheadings.

    Q: A question that can be understood by itself?
    A: a span of one sentence of the text
    F: And a follow-up? => What the follow-up means when it stands alone?
    A: another span
    Q: A question that the text does not answer?
    A: -
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpora.passages import find_span, sentences
from corpora.titled_blocks import read_blocks
from corpora.wells import Row, share_of
from graphs.document_qa.nodes import NOT_IN_DOCUMENTS

WELL = "written-texts"
FOLDER = Path(__file__).with_name("texts")
NO_ANSWER = "-"

MOST_EARLIER = 2
"""Exchanges that a conversation shows before a follow-up."""

_WRAPPED = 0.4
"""Share of the texts whose paragraphs stay wrapped at the width of a page."""

_CONTINUED = re.compile(r"\n(?=[a-z(])")
"""Before a line that goes on with the sentence of the line above it."""

_ASKED = re.compile(r"(?P<form>[QF]): (?P<said>.+?)(?: => (?P<meant>.+))?\nA: (?P<answer>.+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a text."""

    question: str
    """As it can be understood by itself."""
    answer: str
    """The span of the text that answers it; empty when none does."""
    said: str
    """As it was asked: the question, or a follow-up of those before it."""


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text and what is asked about it."""

    title: str
    text: str
    asked: tuple[Asked, ...]

    def questions(self) -> Iterator[Row]:
        """Yield each question as a row like those of `qa.jsonl`, with the text as it is laid out."""
        for place, asked in enumerate(self.asked):
            yield {
                "id": f"{self.title} {place}",
                "source": WELL,
                "title": self.title,
                "passage": self.text,
                "is_laid_out": True,
                "question": asked.question,
                "answers": [asked.answer] if asked.answer else [],
                "answerable": bool(asked.answer),
            }

    def follow_ups(self) -> Iterator[Row]:
        """Yield the follow-ups as rows like those of `rewrite.jsonl`: history, question, standalone."""
        for place, asked in enumerate(self.asked):
            if asked.said != asked.question:
                earlier = self.asked[max(0, place - MOST_EARLIER) : place]
                yield {
                    "source": WELL,
                    "title": self.title,
                    "history": [turn for before in earlier for turn in _exchange(before)],
                    "question": asked.said,
                    "standalone": asked.question,
                }


def written_texts(files: Sequence[Path] = ()) -> list[WrittenText]:
    """Read files of texts; all of them when none is named.

    Raises:
        CorpusError: A file does not keep to the form; its text is named.
    """
    return list(read_blocks(files or sorted(FOLDER.glob("*.md")), _read))


def written_questions() -> Iterator[Row]:
    """Yield the questions of all texts."""
    return (row for text in written_texts() for row in text.questions())


def _read(title: str, body: str) -> Iterator[WrittenText]:
    text, *asked = re.split(r"\n(?=[QF]: )", body)
    text = _lay_out(text.strip(), title)
    yield WrittenText(title, text, tuple(_asked(lines, text) for lines in asked))


def _lay_out(text: str, title: str) -> str:
    """Leave a text wrapped as it was written, or put each of its paragraphs on one line."""
    return text if share_of(title, "layout") < _WRAPPED else _CONTINUED.sub(" ", text)


def _asked(lines: str, text: str) -> Asked:
    match = _ASKED.fullmatch(lines.strip())
    if match is None or (match["form"] == "F") != bool(match["meant"]):
        raise ValueError(f"“{lines.strip()}” is no question with its answer")
    question, answer = match["meant"] or match["said"], match["answer"]
    if answer == NO_ANSWER:
        return Asked(question, "", match["said"])
    found = [span for sentence in sentences(text) if (span := find_span(sentence, answer))]
    if len(found) != 1:
        raise ValueError(f"“{answer}” stands in {len(found)} sentences, not in one")
    return Asked(question, found[0], match["said"])


def _exchange(asked: Asked) -> list[Row]:
    answer = " ".join(asked.answer.split()) or NOT_IN_DOCUMENTS
    return [{"role": "user", "content": asked.said}, {"role": "assistant", "content": answer}]
