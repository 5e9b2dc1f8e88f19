"""What a small model reads of documents that a tool found: the sentence of each that says what is asked.

A page with a price, a weight and a running time leaves a small model three figures to tell apart while it
writes a call. Which sentence answers a message is what it has learned to grade, as in document Q&A.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.documents import Document
from langchain_core.messages import ToolCall, ToolMessage

from graphs import prompts
from graphs.citation import MOST_CITATIONS, Citation, cite, find_citations, without_repeats
from graphs.document_qa.pieces import cut
from graphs.evidence import Evidence
from graphs.grading import grade_passages, promise
from graphs.mind import Mind
from graphs.sentences import statements
from graphs.step import Work
from rag.passage import Passage

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")

_LEAST_SHARE = 0.5
"""A sentence that promises less than this share of what the best one does is not read."""

_LEAST_WORDS = 3
"""Words of a line that is a quotation; shorter ones stand in many places."""


def found_by(result: ToolMessage) -> list[Passage]:
    """Return the passages of the documents that a tool gave beside its words, if it did.

    LangChain's retriever tools do (`response_format="content_and_artifact"`).
    """
    given = result.artifact if isinstance(result.artifact, list) else []
    return [Passage.from_document(found) for found in map(_as_document, given) if found]


def _as_document(given: Any) -> Document | None:
    """Return a document, also where a checkpoint or a server has made a mapping of it; else None."""
    if isinstance(given, Mapping) and isinstance(given.get("page_content"), str):
        return Document(given["page_content"], metadata=given.get("metadata") or {})
    return given if isinstance(given, Document) else None


def read_found(
    mind: Mind, evidence: Evidence, question: str, passages: Sequence[Passage]
) -> Work[list[Passage]]:
    """Return the sentence of each passage that likeliest says what is asked, with its grade as a score.

    The one that promises most comes first, and those that promise far less are left out: what they say is
    mostly the same about something else.

    Args:
        mind: The model, which grades all sentences in one batch.
        evidence: What counts beside its grades.
        question: The person's message.
        passages: What was found; one with no sentence that the model can read is left out.
    """

    def fits(passage: Passage) -> bool:
        return mind.fits(prompts.grade(question, passage))

    pieces = [(number, piece) for number, passage in enumerate(passages) for piece in cut(passage, fits)]
    sentences = [
        (number, piece.part(*span))
        for number, piece in pieces
        if fits(piece)
        for span in statements(piece.text)
    ]
    grades = yield from grade_passages(mind, evidence, question, [each for _, each in sentences])
    best: dict[int, Passage] = {}
    for (number, sentence), grade in zip(sentences, grades, strict=True):
        if number not in best or grade > best[number].scores["grade"]:
            best[number] = replace(sentence, scores={**sentence.scores, "grade": grade})
    promises = {number: promise(sentence.scores["grade"], sentence) for number, sentence in best.items()}
    order = sorted(best, key=promises.__getitem__, reverse=True)
    return [best[number] for number in order if promises[number] >= _LEAST_SHARE * promises[order[0]]]


def cite_found(
    question: str, calls: Sequence[ToolCall], answer: str, found: Sequence[Passage]
) -> list[Citation]:
    """Cite what an answer quotes of the passages that were found; else the figures that calls took from them.

    Args:
        question: The person's message; figures of its own need no citation.
        calls: The turn's calls.
        answer: What was replied.
        found: What tools found.
    """
    scores = [passage.scores.get("grade", passage.score) for passage in found]
    quoted = "\n".join(line for line in answer.splitlines() if len(line.split()) >= _LEAST_WORDS)
    cited = find_citations(quoted, found, scores)
    if not cited:
        taken = _figures(" ".join(str(call["args"]) for call in calls)) - _figures(question)
        cited = [
            cite(passage, *span, score)
            for passage, score in zip(found, scores, strict=True)
            for span in statements(passage.text)
            if taken & _figures(passage.text[slice(*span)])
        ]
    return without_repeats(cited)[:MOST_CITATIONS]


def _figures(text: str) -> set[str]:
    return set(_FIGURE.findall(text))


def cut_passages(result: ToolMessage, characters: int) -> ToolMessage:
    """Cut the passages that a result gives beside its words where they are longer together."""
    passages = found_by(result)
    if sum(len(passage.text) for passage in passages) <= characters:
        return result
    kept: list[Passage] = []
    for passage in passages:
        kept.append(passage.part(0, min(len(passage.text), characters)))
        characters -= len(kept[-1].text)
    return _giving(result, [passage for passage in kept if passage.text])


def with_passages(result: ToolMessage, passages: Sequence[Passage]) -> ToolMessage:
    """Return a result that says these passages, and gives them beside its words."""
    said = "\n\n".join(passage.shown() for passage in passages)
    return _giving(result, passages).model_copy(update={"content": said})


def _giving(result: ToolMessage, passages: Sequence[Passage]) -> ToolMessage:
    return result.model_copy(update={"artifact": [passage.to_document() for passage in passages]})
