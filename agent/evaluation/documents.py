"""Documents: questions over a folder, from the search to the cited answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.evaluation.abstention import abstention_figures
from agent.evaluation.baselines import embedded_sentence, sentence_texts
from agent.evaluation.too_long import unless_too_long
from corpora.passages import find_span
from corpora.wells import Row
from llm.evaluation.answers import exact_match, token_f1
from llm.evaluation.intervals import interval, mean

if TYPE_CHECKING:
    from langchain_core.documents import Document

    from agent.assembly import Assembly

RECALL_AT = 5

NO_ANSWER: dict[str, Any] = {"answer": None, "confidence": 0.0, "citations": []}
"""What a question counts as whose passages do not fit into the model's context."""


@dataclass
class Measured:
    """One list of figures for each measure."""

    f1: list[float] = field(default_factory=list)
    exact: list[float] = field(default_factory=list)
    always_f1: list[float] = field(default_factory=list)
    worth: list[float] = field(default_factory=list)
    """F1 of each answer had it been given; 0 where there was nothing to answer."""
    recalls: list[float] = field(default_factory=list)
    verbatim: list[float] = field(default_factory=list)
    right_file: list[float] = field(default_factory=list)
    holds_answer: list[float] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    truths: list[bool] = field(default_factory=list)
    sentence_f1: list[float] = field(default_factory=list)


def evaluate_documents(
    assembly: Assembly,
    folder: Path,
    rows: Sequence[Row],
    *,
    embedder: Any,
    on_row: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Ask every question of an indexed folder.

    The graph is asked to answer always; below the threshold of abstention its answer then counts as none,
    so that one pass gives both the figures and the best threshold.

    Args:
        assembly: The parts of the program, over the folder.
        folder: The folder, named in the figures.
        rows: Rows with question, answers and, where known, files and answerable.
        embedder: LangChain embeddings of the baseline.
        on_row: Called after each row.
    """
    measured = Measured()
    library = assembly.library.get()
    retriever = library.retriever(RECALL_AT)
    graph = graph_that_always_answers(assembly)
    threshold = assembly.judgement().thresholds.abstention
    started = time.perf_counter()
    answering = 0.0
    too_long = 0
    for row in rows:
        began = time.perf_counter()
        result = unless_too_long(partial(graph.invoke, {"question": row["question"]}))
        answering += time.perf_counter() - began
        too_long += result is None
        _measure(measured, row, result or NO_ANSWER, threshold, library.text)
        found = retriever.invoke(row["question"])
        _measure_search(measured, row, found, embedder)
        on_row()
    return {
        "n": len(rows),
        "too_long": too_long,
        "folder": folder.name,
        "recall_at_5": mean(measured.recalls),
        "exact_match": mean(measured.exact),
        "f1": mean(measured.f1),
        "answerable_f1": mean(measured.always_f1),
        "citation_verbatim_rate": mean(measured.verbatim),
        "citation_file_precision": mean(measured.right_file),
        "citation_holds_answer": mean(measured.holds_answer),
        **abstention_figures(measured.confidences, measured.truths, measured.worth, threshold),
        "seconds_per_question": answering / len(rows),
        "intervals": {
            "f1": interval(measured.f1),
            "answerable_f1": interval(measured.always_f1),
            "recall_at_5": interval(measured.recalls),
        },
        "baseline": {"best_sentence_f1": mean(measured.sentence_f1)},
        "seconds": time.perf_counter() - started,
    }


def graph_that_always_answers(assembly: Assembly, **changes: Any) -> Any:
    """Return the graph over an assembly's folders with every threshold at 0.

    Args:
        assembly: The program.
        changes: What else is judged by than the assembly says; see `Judgement`.
    """
    from agent.evaluation.reading import ANSWER_ALWAYS
    from graphs import build_document_qa

    retriever = assembly.library.get().retriever(assembly.settings.passages)
    judgement = replace(assembly.judgement(), thresholds=ANSWER_ALWAYS, **changes)
    return build_document_qa(assembly.model.get(), retriever, judgement=judgement)


def _measure(
    measured: Measured,
    row: Row,
    result: dict[str, Any],
    threshold: float,
    text_of: Callable[[str], str],
) -> None:
    is_answerable = bool(row.get("answerable", row["answers"]))
    expected = row["answers"] if is_answerable else []
    confidence = result["confidence"]
    answer = result["answer"] if confidence >= threshold else None
    measured.confidences.append(confidence)
    measured.truths.append(is_answerable)
    measured.f1.append(token_f1(answer, expected))
    measured.exact.append(exact_match(answer, expected))
    given = token_f1(result["answer"], expected) if is_answerable else 0.0
    measured.worth.append(given)
    if is_answerable:
        measured.always_f1.append(given)
    for citation in result["citations"]:
        text = text_of(citation["path"])
        is_verbatim = text[citation["start"] : citation["end"]] == citation["quote"]
        measured.verbatim.append(float(is_verbatim))
        if is_answerable and row.get("files"):
            measured.right_file.append(float(citation["path"] in row["files"]))
        if is_answerable:
            holds = any(find_span(citation["quote"], answer) for answer in expected)
            measured.holds_answer.append(float(holds))


def _measure_search(measured: Measured, row: Row, found: Sequence[Document], embedder: Any) -> None:
    if not row.get("answerable", row["answers"]):
        return
    texts = [document.page_content for document in found]
    held = [any(find_span(text, answer) for answer in row["answers"]) for text in texts]
    measured.recalls.append(float(any(held)))
    candidates = [sentence for text in texts for sentence in sentence_texts(text)]
    if not candidates:
        measured.sentence_f1.append(0.0)
        return
    sentence, _ = embedded_sentence(row["question"], candidates, embedder)
    measured.sentence_f1.append(token_f1(sentence, row["answers"]))
