"""A chain of two facts: what the first sentence tells beyond the question leads to the second.

    question → first sentences → search for what they tell → second sentences → answer → check

“Where did the founder of the firm grow up?” is answered by no sentence. One names the founder; a search
for that name finds the other. Both are graded together, as a passage that holds the answer would be.
Going on from what was found is how multi-hop retrieval works (Xiong et al. 2021, arXiv:2009.12756).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from langchain_core.retrievers import BaseRetriever
from typing_extensions import TypedDict

from graphs import prompts
from graphs.citation import Citation, cite
from graphs.coverage import Coverage
from graphs.document_qa.pieces import cut
from graphs.grading import grade_passages, promise
from graphs.judgement import Judgement
from graphs.mind import Mind
from graphs.sentences import statements
from graphs.step import Work, ask_runnable
from graphs.thresholds import Thresholds
from rag.passage import Passage

BEGINNINGS = 3
"""First sentences that are followed."""

_WORD = re.compile(r"[\w-]+")


class Chained(TypedDict):
    """The answer of a chain."""

    answer: str
    confidence: float
    """How sure the answer is."""
    certainty: float
    """Probability that both sentences answer the question, times the search score of the second."""
    citations: list[Citation]
    """Both sentences, in the order in which they were found."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a passage that was found."""

    passage: Passage
    start: int
    """Offset in the passage, from 0."""
    end: int

    @property
    def text(self) -> str:
        """The words of the sentence."""
        return self.passage.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Chain:
    """Finds two sentences that answer a question together."""

    mind: Mind
    retriever: BaseRetriever
    judgement: Judgement

    def answer(self, question: str, thresholds: Thresholds, rival: float = 0.0) -> Work[Chained | None]:
        """Answer a question from two passages; None where nothing was found, or nothing surely enough.

        Args:
            question: The question.
            thresholds: How sure the model must be.
            rival: Probability that a single sentence answers it.
        """
        links = yield from self._links(question)
        if not links:
            return None
        facts = [_bare(f"{first.text} {second.text}") for first, second in links]
        likely = yield from grade_passages(self.mind, self.judgement.evidence, question, facts)
        promises = [
            promise(probability, second.passage)
            for probability, (_, second) in zip(likely, links, strict=True)
        ]
        best = max(range(len(links)), key=promises.__getitem__)
        first, second = links[best]
        quotation = f"{first.text}\n{second.text}"
        told = _beyond(second.text, _words([question, first.text]))
        spans = told or [second.text]
        answer = yield from self.mind.quote(prompts.answer(question, quotation), spans)
        if not answer:
            return None
        [support] = yield from self.mind.agree([prompts.check(question, quotation, answer)])
        coverage = Coverage.of(question, [first.passage, second.passage]).share
        confidence = self.judgement.confidence.of(promises[best], support, rival, coverage)
        if support < thresholds.support or confidence < thresholds.abstention:
            return None
        citations = [cite(one.passage, one.start, one.end, likely[best]) for one in (first, second)]
        return Chained(answer=answer, confidence=confidence, certainty=promises[best], citations=citations)

    def _links(self, question: str) -> Work[list[tuple[Statement, Statement]]]:
        """Return pairs of sentences; the second is of another passage, found by what the first tells."""
        statements = yield from self._search(question, question)
        alone = [_bare(statement.text) for statement in statements]
        likely = yield from grade_passages(self.mind, self.judgement.evidence, question, alone)
        promises = [
            promise(probability, statement.passage)
            for probability, statement in zip(likely, statements, strict=True)
        ]
        ranked = sorted(range(len(statements)), key=promises.__getitem__, reverse=True)
        links = []
        for first in (statements[index] for index in ranked[:BEGINNINGS]):
            told = " ".join(_beyond(first.text, _words([question])))
            if told:
                found = yield from self._search(told, question)
                apart = [second for second in found if _are_apart(first.passage, second.passage)]
                links += [(first, second) for second in apart if self._can_read(question, first, second)]
        return links

    def _can_read(self, question: str, first: Statement, second: Statement) -> bool:
        """Whether the model can be asked about two sentences together, whatever it answers from them."""
        return self.mind.fits(prompts.check(question, f"{first.text}\n{second.text}", second.text))

    def _search(self, words: str, question: str) -> Work[list[Statement]]:
        """Return the sentences that a search finds, in pieces where they are longer than the model reads."""

        def fits(passage: Passage) -> bool:
            return self.mind.fits(prompts.grade(question, _bare(passage.text)))

        documents = yield from ask_runnable(self.retriever, words)
        found = [Passage.from_document(document) for document in documents]
        passages = [piece for passage in found for piece in cut(passage, fits)]
        return [
            Statement(passage, start, end) for passage in passages for start, end in statements(passage.text)
        ]


def _bare(text: str) -> Passage:
    """Return what is graded of a text: it is shown without its place."""
    return Passage(text, "", 0, 0, 1, 1)


def _are_apart(one: Passage, other: Passage) -> bool:
    return one.path != other.path or one.end <= other.start or other.end <= one.start


def _words(texts: Iterable[str]) -> set[str]:
    return {word.casefold() for text in texts for word in _WORD.findall(text)}


def _beyond(text: str, known: set[str]) -> list[str]:
    """Return the longest pieces of a text none of whose words are known."""
    pieces: list[tuple[int, int]] = []
    is_going_on = False
    for match in _WORD.finditer(text):
        if match[0].casefold() in known:
            is_going_on = False
            continue
        start = pieces.pop()[0] if is_going_on else match.start()
        pieces.append((start, match.end()))
        is_going_on = True
    return [text[start:end] for start, end in pieces]
