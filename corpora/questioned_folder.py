"""A held-out folder with questions: documents of which some lack the paragraphs that answer.

What a graph says to a question that the documents do not answer can only be measured where everything else
is there: the same article, its other paragraphs, words like those of the question. So from every second
document the paragraphs are taken that answer its questions.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpora.passages import find_span
from corpora.wells import Row, share_of

MOST_DOCUMENTS = 40
LONGEST_DOCUMENT = 30_000
"""Characters; longer documents are left out."""
LONGEST_ANSWER = 80
"""Characters; longer answers are sentences, which no short answer can match."""

_PARAGRAPHS = re.compile(r"\n\s*\n")
_NO_SPANS = frozenset({"yes", "no"})
"""Answers that a document never says in so many words, though the letters stand in it."""


@dataclass(frozen=True, slots=True)
class QuestionedFolder:
    """Documents by file name, and questions about them."""

    documents: dict[str, str]
    questions: dict[str, list[Row]]
    """Rows with question, answers, files, answerable, by the document that they are about."""

    def halves(self) -> tuple[list[Row], list[Row]]:
        """Return the questions about either half of the documents, of which as many lack answers in each."""
        first, second = (
            [
                row
                for number, rows in enumerate(self.questions.values())
                if number // 2 % 2 == half
                for row in rows
            ]
            for half in (0, 1)
        )
        return first, second

    def write(self, folder: Path) -> None:
        """Write the documents, and nothing else, into a folder."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, text in self.documents.items():
            (folder / name).write_text(text, encoding="utf-8")


def questioned_folder(documents: Iterable[Row], questions: Iterable[Row]) -> QuestionedFolder:
    """Make a folder of the documents that have questions whose answers they say word for word.

    Args:
        documents: Rows with document (a file name) and text.
        questions: Rows with document, question, answers.
    """
    texts = {row["document"]: row["text"] for row in documents}
    asked: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in questions:
        text = texts.get(row["document"], "")
        answers = [answer for answer in row["answers"] if _is_said(text, answer)]
        if answers and len(text) <= LONGEST_DOCUMENT:
            asked[row["document"]][row["question"]] = {**row, "answers": answers}
    chosen = sorted(asked, key=lambda name: share_of(name, "folder"))[:MOST_DOCUMENTS]
    made = QuestionedFolder({}, {})
    for number, name in enumerate(chosen):
        rows = list(asked[name].values())
        text = _without_answers(texts[name], rows) if number % 2 else texts[name]
        made.documents[name] = text
        made.questions[name] = [_question(row, name, text) for row in rows]
    return made


def _is_said(text: str, answer: str) -> bool:
    is_short = len(answer) <= LONGEST_ANSWER and answer.strip(" .").lower() not in _NO_SPANS
    return is_short and find_span(text, answer) is not None


def _without_answers(text: str, rows: Sequence[Row]) -> str:
    answers = [answer for row in rows for answer in row["answers"]]
    kept = [
        paragraph
        for paragraph in _PARAGRAPHS.split(text)
        if not any(find_span(paragraph, answer) for answer in answers)
    ]
    return "\n\n".join(kept)


def _question(row: Row, name: str, text: str) -> Row:
    answers = [answer for answer in row["answers"] if find_span(text, answer)]
    return {
        "question": row["question"],
        "answers": answers,
        "files": [name] if answers else [],
        "answerable": bool(answers),
        "source": row["source"],
    }
