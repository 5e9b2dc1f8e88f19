"""`eval retrieval`: recall and reciprocal rank, against places that are known beforehand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

from agent import cli
from agent.errors import HomespunError
from agent.evaluation.retrieval import evaluate_retrieval
from agent.parts import models
from rag import FolderIndex

QUESTION = "Where do the herons nest?"
ANSWER = {"question": QUESTION, "answers": ["the old mill"], "files": ["mill.txt"]}


class MeaningEmbedder(Embeddings):
    """Knows that the mill is meant, which not one word of the question says."""

    name = "meaning"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[1.0, 0.0] if "mill" in text else [0.1, 1.0] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [1.0, 0.0]


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    """Six notes that share the question's words, and the one that answers it."""
    folder = tmp_path / "birds"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.txt").write_text(
            f"Herons nest {'again ' * number}somewhere, says note {number}."
        )
    (folder / "mill.txt").write_text("Grey birds breed at the old mill.")
    return folder


@pytest.fixture
def index(birds: Path, tmp_path: Path) -> Iterator[FolderIndex]:
    with FolderIndex(birds, tmp_path / "index", embedder=MeaningEmbedder()) as index:
        index.refresh()
        yield index


def test_figures_follow_the_places(index: FolderIndex) -> None:
    figures = evaluate_retrieval(index.as_retriever(), [ANSWER])
    assert figures["n"] == 1
    assert figures["vectors"] == {"recall_at_5": 1.0, "mean_reciprocal_rank": 1.0}
    assert figures["words"] == {"recall_at_5": 0.0, "mean_reciprocal_rank": 1 / 7}
    assert figures["intervals"]["vectors.recall_at_5"] == (1.0, 1.0)


@pytest.mark.parametrize(
    ("row", "reciprocal"),
    [
        ({"answers": ["the old mill"]}, 1.0),
        ({"files": ["mill.txt"]}, 1.0),
        ({"answers": ["the old\nmill"], "files": ["mill.txt"]}, 1.0),
        ({"answers": ["the old mill"], "files": ["0.txt"]}, 0.0),
        ({"answers": ["the new mill"], "files": ["mill.txt"]}, 0.0),
    ],
)
def test_answers_and_files_must_both_fit(
    index: FolderIndex, row: dict[str, object], reciprocal: float
) -> None:
    figures = evaluate_retrieval(index.as_retriever(), [{"question": QUESTION} | row])
    assert figures["vectors"]["mean_reciprocal_rank"] == reciprocal


def test_questions_without_an_answer_do_not_count(index: FolderIndex) -> None:
    unanswerable = {"question": "How deep is it?", "answers": [], "answerable": False}
    seen: list[None] = []
    figures = evaluate_retrieval(index.as_retriever(), [unanswerable, ANSWER], lambda: seen.append(None))
    assert (figures["n"], len(seen)) == (1, 2)
    with pytest.raises(HomespunError, match="answerable"):
        evaluate_retrieval(index.as_retriever(), [unanswerable])


def test_the_command_prints_one_object(
    birds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, "open_embedder", lambda _: MeaningEmbedder())
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps(ANSWER) + "\n")
    assert cli.run(["eval", "retrieval", str(birds), "--questions", str(questions)]) == 0
    assert json.loads(capfd.readouterr().out)["vectors"]["recall_at_5"] == 1.0
    questions.write_text('{"question": "Who?"}\n')
    assert cli.run(["eval", "retrieval", str(birds), "--questions", str(questions)]) == 2
    assert "neither answers nor files" in capfd.readouterr().err
