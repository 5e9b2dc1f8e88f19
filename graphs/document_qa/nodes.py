"""The nodes of document Q&A. Each asks the model; what it decides is kept in `decisions`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from langchain_core.messages import AIMessage
from langchain_core.retrievers import BaseRetriever

from graphs import prompts
from graphs.citation import annotate, cite, find_citations, find_others
from graphs.coverage import Coverage
from graphs.document_qa.pieces import cut
from graphs.document_qa.state import DocumentQAContext, DocumentQAState
from graphs.grading import grade_passages, promise
from graphs.judgement import Judgement
from graphs.mind import Mind
from graphs.progress import Decision, report
from graphs.sentences import statements
from graphs.step import Ask, Work, ask_runnable
from graphs.thresholds import Thresholds
from graphs.turn import Update, begin, conclude, read_question
from graphs.verdict import holds, weigh
from rag.passage import Passage

NOT_IN_DOCUMENTS = "The documents do not say."
"""What the graph replies when it abstains."""


@dataclass(frozen=True, slots=True)
class DocumentQANodes:
    """The nodes of document Q&A, as methods that take the state and return an update of it."""

    mind: Mind
    retriever: BaseRetriever
    judgement: Judgement
    max_passages: int

    def contextualise(self, state: DocumentQAState) -> Work[Update]:
        """Begin a turn; where a conversation comes before the question, make it stand alone."""
        asked, history = read_question(state)
        standalone = asked
        if history:
            report("contextualise", "Reading the question in the light of the conversation")
            standalone = yield from self.mind.restate(history, asked)
        return {
            **begin("documents", asked),
            "standalone_question": standalone,
            "searches": [standalone],
            "passages": [],
            "confidence": 0.0,
        }

    def retrieve(self, state: DocumentQAState) -> Work[Update]:
        """Search the documents with the latest words for the question.

        A passage that is longer than the model reads becomes several.
        """
        search = state["searches"][-1]
        report("retrieve", f"Searching the documents for: {search}")
        documents = yield from ask_runnable(self.retriever, search)
        found = [Passage.from_document(document) for document in documents]
        question = state["standalone_question"]

        def fits(passage: Passage) -> bool:
            return self.mind.fits(prompts.quote(question, [passage]))

        def read() -> list[Passage]:
            return [piece for passage in found for piece in cut(passage, fits)]

        pieces: list[Passage] = yield Ask(read, lambda: asyncio.to_thread(read))
        return {"passages": [asdict(piece) for piece in pieces]}

    def grade(self, state: DocumentQAState) -> Work[Update]:
        """Keep the passages that likely hold the answer, best first.

        The model grades each; `Evidence` says what else counts. The order weighs that probability with
        the score of the search, where the retriever gives one.
        """
        question, passages = state["standalone_question"], _passages(state)
        report("grade", f"Reading {len(passages)} passages")
        probabilities = yield from grade_passages(self.mind, self.judgement.evidence, question, passages)
        decisions = [
            _decision("grade", f"{passage.path}:{passage.start_line} holds the answer", probability)
            for passage, probability in zip(passages, probabilities, strict=True)
        ]
        settings = self._settings()
        graded = zip(probabilities, passages, strict=True)
        ranked = sorted(graded, key=lambda pair: promise(*pair), reverse=True)
        kept = [
            replace(passage, scores={**passage.scores, "grade": probability})
            for probability, passage in ranked
            if probability >= settings.judgement.thresholds.relevance
        ]
        return {
            "passages": [asdict(passage) for passage in kept[: settings.max_passages]],
            "decisions": state["decisions"] + decisions,
        }

    def rewrite(self, state: DocumentQAState) -> Work[Update]:
        """Ask for other words after a search in vain; an empty search says that there are no new ones."""
        report("rewrite", "Nothing found: putting the question in other words")
        reply = yield from self.mind.write(prompts.rephrase(state["searches"]))
        search = reply.text.strip()
        is_new = search not in state["searches"]
        return {"searches": [*state["searches"], search if is_new else ""]}

    def quote(self, state: DocumentQAState) -> Work[Update]:
        """Quote what answers the question; what is not verbatim is dropped."""
        report("quote", "Looking for the sentence that answers")
        question, passages = state["standalone_question"], _passages(state)
        if self._settings().judgement.quote_method == "score":
            return (yield from self._quote_by_score(state, question, passages))
        while len(passages) > 1 and not self.mind.fits(prompts.quote(question, passages)):
            passages = passages[:-1]  # the one that promises least
        reply = yield from self.mind.quote(
            prompts.quote(question, passages), [passage.text for passage in passages]
        )
        return {"citations": find_citations(reply, passages, _grades(passages))}

    def extract(self, state: DocumentQAState) -> Work[Update]:
        """Answer from the quotation, in its own words."""
        quotation = _quotation(state)
        report("extract", f"Reading: {quotation}")
        messages = prompts.answer(state["standalone_question"], quotation)
        answer = yield from self.mind.quote(messages, [quotation])
        # A line break of the document means nothing in an answer; the quotation keeps it.
        return {"answer": " ".join(answer.split()) or None}

    def verify(self, state: DocumentQAState) -> Work[Update]:
        """Ask whether the quotation supports the answer."""
        question = state["standalone_question"]
        quoted, others = _parted(state)
        coverage, confidence = Coverage.of(question, quoted), self.judgement.confidence
        certainty = min(citation["score"] for citation in state["citations"])
        rival = max(_grades(others), default=0.0)
        said = _decision("verify", _told(coverage), coverage.share)
        return weigh(
            self.mind,
            {**state, "decisions": [*state["decisions"], said]},
            node="verify",
            question=question,
            evidence=_quotation(state),
            claim="the quotation supports",
            sure=lambda support: confidence.of(certainty, support, rival, coverage.share),
        )

    def corroborate(self, state: DocumentQAState) -> Work[Update]:
        """Cite the other sentences of the passages that give the same answer, a few at most."""
        question, answer = state["standalone_question"], state["answer"] or ""
        cited, passages = state["citations"], _passages(state)
        others = find_others(question, answer, passages, _grades(passages), cited)
        if not others:
            return {}
        report("corroborate", "Looking for more sentences that say so")
        supports = yield from self.mind.agree(
            [prompts.check(question, other["quote"], answer) for other in others]
        )
        weighed = list(zip(others, supports, strict=True))
        # A run that is set to answer whatever it finds still cites no more than the model stands by.
        least = max(self._settings().judgement.thresholds.support, Thresholds().support)
        return {
            "citations": [*cited, *(other for other, support in weighed if support >= least)],
            "decisions": [
                *state["decisions"],
                *(
                    _decision("corroborate", f"{other['path']}:{other['start_line']} says so too", support)
                    for other, support in weighed
                ),
            ],
        }

    def finish(self, state: DocumentQAState) -> Update:
        """Reply with the answer and its citations."""
        answer, citations = state["answer"] or "", state["citations"]
        return conclude(state, AIMessage(content_blocks=annotate(answer, citations)))

    def abstain(self, state: DocumentQAState) -> Update:
        """Reply that the documents do not say; what was quoted is what came closest."""
        update = conclude(state, AIMessage(NOT_IN_DOCUMENTS))
        return {**update, "answer": None, "abstained": True, "citations": [], "closest": state["citations"]}

    def is_supported(self, state: DocumentQAState) -> bool:
        """Whether the answer passes the thresholds of support and abstention."""
        return holds(state, self._settings().judgement.thresholds)

    def _quote_by_score(
        self, state: DocumentQAState, question: str, passages: Sequence[Passage]
    ) -> Work[Update]:
        candidates = [
            (passage, start, end) for passage in passages for start, end in statements(passage.text)
        ]
        alone = [replace(passage, text=passage.text[start:end]) for passage, start, end in candidates]
        scores = yield from grade_passages(self.mind, self.judgement.evidence, question, alone)
        if not scores:
            return {"citations": []}
        promises = [promise(score, passage) for score, passage in zip(scores, alone, strict=True)]
        best = max(range(len(scores)), key=promises.__getitem__)
        citation = cite(*candidates[best], scores[best])
        decision = _decision("quote", f"line {citation['start_line']} is the answer", scores[best])
        return {"citations": [citation], "decisions": [*state["decisions"], decision]}

    def _settings(self) -> DocumentQANodes:
        """Return these nodes as the run's context sets them."""
        context = DocumentQAContext.current()
        judgement = context.applied_to(self.judgement)
        return replace(self, judgement=judgement, max_passages=context.max_passages or self.max_passages)


def _passages(state: DocumentQAState) -> list[Passage]:
    return [Passage(**passage) for passage in state["passages"]]


def _grades(passages: Sequence[Passage]) -> list[float]:
    return [passage.scores["grade"] for passage in passages]


def _quotation(state: DocumentQAState) -> str:
    return "\n".join(citation["quote"] for citation in state["citations"])


def _parted(state: DocumentQAState) -> tuple[list[Passage], list[Passage]]:
    """Return the passages that are quoted, and the others."""
    places = [(citation["path"], citation["start"]) for citation in state["citations"]]
    quoted: list[Passage] = []
    others: list[Passage] = []
    for passage in _passages(state):
        is_quoted = any(path == passage.path and passage.start <= at < passage.end for path, at in places)
        (quoted if is_quoted else others).append(passage)
    return quoted, others


def _told(coverage: Coverage) -> str:
    if not coverage.missing:
        return "the passage speaks of all that is asked"
    return f"the passage never mentions {', '.join(coverage.missing)}"


def _decision(node: str, what: str, probability: float) -> Decision:
    return Decision(node=node, what=what, probability=probability)
