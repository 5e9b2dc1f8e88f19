"""The held-out rows that calibration is fitted to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.errors import HomespunError
from agent.evaluation.confidence_fit import Documents, half_of_the_passages
from corpora.wells import Row
from graphs import prompts

LEAST = 5
"""Cases of each truth without which what is fitted is chance."""


@dataclass(frozen=True, slots=True)
class DevelopmentRows:
    """Held-out rows that calibration is fitted to."""

    reading: Sequence[Row]
    """With passage, question, answers, answerable. Those about written texts are not among them: whether such
    a text answers is told by chance so far, which would blur what is fitted to the others (docs/LOG.md)."""
    relevance: Sequence[Row]
    """With question, candidates, relevant."""
    requests: Sequence[Row]
    """With tools, messages, expected: single messages that ask for a tool, or for none."""
    dialogues: Sequence[Row]
    """With the same, of conversations."""
    routes: Sequence[Row]
    """With text, route."""
    questions: Sequence[Row]
    """With question, answerable: about the documents in `folder`."""
    folder: Path

    def asked(self) -> list[tuple[Documents, Sequence[Row]]]:
        """Return documents and the questions about them: the folder's, and those of the readings."""
        return [(self.folder, self.questions), half_of_the_passages(self.reading)]

    def require_enough(self) -> None:
        """Refuse to go on with so few rows that what is fitted to them is chance.

        Raises:
            HomespunError: There are too few of a kind; the error names their files.
        """
        for files, true, false, truths in self._truths():
            if min(sum(truths), len(truths) - sum(truths)) < LEAST:
                raise HomespunError(
                    f"Calibration needs at least {LEAST} {true} and {LEAST} {false} of {files} in "
                    f"{self.folder.parent}, but takes {sum(truths)} and {len(truths) - sum(truths)}: "
                    "give more rows, or a larger --limit."
                )

    def _truths(self) -> Iterator[tuple[str, str, str, list[bool]]]:
        """Yield the files of each kind of rows, what is true and false in them, and which of it each is."""
        answer, no_answer = "questions with an answer", "without one"
        yield "reading.jsonl", answer, no_answer, [row["answerable"] for row in self.reading]
        relevant = [
            index in row["relevant"] for row in self.relevance for index in range(len(row["candidates"]))
        ]
        yield "relevance.jsonl", "relevant candidates", "others", relevant
        called = [bool(row["expected"]) for row in self.requests]
        yield "tool_choice.jsonl and requests.jsonl", "rows with a call", "without one", called
        sent = [row["route"] == prompts.ROUTES[0] for row in self.routes]
        yield "route.jsonl", "messages for the documents", "others", sent
        answerable = [bool(row.get("answerable", row["answers"])) for row in self.questions]
        yield "folder_calibration.jsonl", answer, no_answer, answerable
