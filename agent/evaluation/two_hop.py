"""Questions that take two files: the reasoner beside document Q&A, which searches once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain_core.runnables import Runnable

from agent.evaluation.baselines import embedded_sentence, sentence_texts
from agent.evaluation.invented_world import invent
from agent.evaluation.two_hop_questions import questions
from corpora.wells import Row
from llm.evaluation.answers import exact_match, token_f1
from llm.evaluation.intervals import interval, mean, means_by_kind

QUESTIONS = 80
"""All questions."""

SEED = 1
"""Of the world and of the questions."""

Graph = Runnable[Any, dict[str, Any]]


def two_hop_questions(count: int | None) -> list[Row]:
    """Return the questions: so many of them, or all."""
    return list(questions(min(count or QUESTIONS, QUESTIONS), SEED, invent(SEED)))


def evaluate_two_hop(
    graphs: Mapping[str, Graph],
    rows: Sequence[Row],
    *,
    retriever: Runnable[str, Any],
    embedder: Any,
    on_row: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Ask every question of several graphs.

    An abstention scores nothing: every question has an answer. The baseline is the sentence of the
    passages found that is nearest to the question by embedding.

    Args:
        graphs: The graphs by name.
        rows: Rows with kind, question, answers, files.
        retriever: Finds the passages of the baseline.
        embedder: LangChain embeddings of the baseline.
        on_row: Called after each question.
    """
    kinds = [row["kind"] for row in rows]
    outcomes: dict[str, list[Row]] = {name: [] for name in graphs}
    nearest = []
    for row in rows:
        for name, graph in graphs.items():
            outcomes[name].append(_measure(row, graph.invoke({"question": row["question"]})))
        found = [
            text
            for passage in retriever.invoke(row["question"])
            for text in sentence_texts(passage.page_content)
        ]
        sentence = embedded_sentence(row["question"], found, embedder)[0] if found else ""
        nearest.append(token_f1(sentence, row["answers"]))
        on_row()
    return {
        "n": len(rows),
        **{name: _summary(measured, kinds) for name, measured in outcomes.items()},
        "intervals": {
            f"{name}.f1": interval([row["f1"] for row in measured]) for name, measured in outcomes.items()
        },
        "baseline": {"best_sentence_f1": mean(nearest)},
    }


def _measure(row: Row, result: Mapping[str, Any]) -> Row:
    cited = {citation["path"] for citation in result["citations"]}
    return {
        "f1": token_f1(result["answer"], row["answers"]),
        "exact_match": exact_match(result["answer"], row["answers"]),
        "answered": float(result["answer"] is not None),
        "cites_both": float(cited >= set(row["files"])),
    }


def _summary(measured: Sequence[Row], kinds: Sequence[str]) -> dict[str, Any]:
    f1 = [row["f1"] for row in measured]
    return {
        **{name: mean([row[name] for row in measured]) for name in measured[0]},
        "kinds": means_by_kind(kinds, f1),
    }
