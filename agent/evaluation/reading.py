"""Reading: answer a question from a passage, or say that it does not tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever

from agent.evaluation.abstention import abstention_figures
from agent.evaluation.baselines import bm25_sentence, embedded_sentence, sentence_texts
from agent.evaluation.too_long import unless_too_long
from corpora.passages import windows
from corpora.wells import Row
from graphs import Judgement, Thresholds, build_document_qa
from llm.evaluation.answers import exact_match, token_f1
from llm.evaluation.decisions import balanced_accuracy, best_threshold
from llm.evaluation.intervals import interval, mean

WINDOW_CHARACTERS = 600
"""Size of the passages that a long text is cut into, as retrieval returns them."""

ANSWER_ALWAYS = Thresholds(relevance=0.0, support=0.0, abstention=0.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the graph said to one question."""

    answer: str | None
    confidence: float
    row: Row

    def score(self, measure: Callable[[str | None, Sequence[str]], float]) -> float:
        """Measure the answer against the acceptable ones."""
        return measure(self.answer, self.row["answers"] if self.row["answerable"] else [])


class OnePassage(BaseRetriever):
    """Retrieves the pieces of one text, whatever is asked."""

    text: str

    def _get_relevant_documents(
        self,
        query: str,  # noqa: ARG002 - LangChain's signature
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
    ) -> list[Document]:
        pieces = windows(self.text, WINDOW_CHARACTERS) or (self.text,)
        return [Document(piece, metadata={"path": f"piece {n}"}) for n, piece in enumerate(pieces)]


def evaluate_reading(
    model: BaseChatModel,
    rows: Sequence[Row],
    *,
    judgement: Judgement,
    embedder: Any,
    on_row: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Answer every question from its passage through the document graph.

    `exact_match` and `f1` are over all questions, abstaining below the threshold; `answerable_f1` is
    that of the answers to answerable questions had the model always answered; `abstain_accuracy` is
    balanced between answerable and not. A row that does not fit into the context counts as no answer.

    Args:
        model: The chat model.
        rows: Rows with passage, question, answers, answerable.
        judgement: What the graph goes by; its threshold of abstention decides which answers are given.
        embedder: LangChain embeddings of the baseline.
        on_row: Called after each row.
    """
    threshold = judgement.thresholds.abstention
    started = time.perf_counter()
    outcomes = []
    too_long = 0
    for row in rows:
        outcome = unless_too_long(partial(answer_row, model, row, judgement))
        too_long += outcome is None
        outcomes.append(outcome or Outcome(None, 0.0, row))
        on_row()
    seconds = time.perf_counter() - started
    confidences = [outcome.confidence for outcome in outcomes]
    truths = [bool(row["answerable"]) for row in rows]
    given = [
        outcome if outcome.confidence >= threshold else Outcome(None, outcome.confidence, outcome.row)
        for outcome in outcomes
    ]
    worth = [outcome.score(token_f1) if outcome.row["answerable"] else 0.0 for outcome in outcomes]
    f1 = [outcome.score(token_f1) for outcome in given]
    answerable = [outcome for outcome in outcomes if outcome.row["answerable"]]
    answerable_f1 = [outcome.score(token_f1) for outcome in answerable]
    return {
        "n": len(rows),
        "too_long": too_long,
        "exact_match": mean([outcome.score(exact_match) for outcome in given]),
        "f1": mean(f1),
        "answerable_f1": mean(answerable_f1),
        "answerable_exact_match": mean([outcome.score(exact_match) for outcome in answerable]),
        **abstention_figures(confidences, truths, worth, threshold),
        "intervals": {"f1": interval(f1), "answerable_f1": interval(answerable_f1)},
        "baseline": _baseline(rows, embedder),
        "seconds": seconds,
    }


def answer_row(model: BaseChatModel, row: Row, judgement: Judgement) -> Outcome:
    """Answer one question from its passage, never abstaining; confidence says how sure it is."""
    always = replace(judgement, thresholds=ANSWER_ALWAYS)
    graph = build_document_qa(model, OnePassage(text=row["passage"]), judgement=always)
    result = graph.invoke({"question": row["question"]})
    return Outcome(result["answer"], result["confidence"], row)


def _baseline(rows: Sequence[Row], embedder: Any) -> dict[str, float]:
    """Answer with the sentence that looks most like the question; abstain where none looks like it.

    The F1 are on the answerable questions, the accuracy of abstaining at its best threshold.
    """
    nearest, matching, cosines = [], [], []
    for row in rows:
        texts = sentence_texts(row["passage"])
        sentence, cosine = embedded_sentence(row["question"], texts, embedder)
        cosines.append(cosine)
        if row["answerable"]:
            nearest.append(token_f1(sentence, row["answers"]))
            matching.append(token_f1(bm25_sentence(row["question"], texts), row["answers"]))
    truths = [bool(row["answerable"]) for row in rows]
    return {
        "best_sentence_f1": mean(nearest),
        "bm25_sentence_f1": mean(matching),
        "embedding_abstain_accuracy": balanced_accuracy(cosines, truths, best_threshold(cosines, truths)),
    }
