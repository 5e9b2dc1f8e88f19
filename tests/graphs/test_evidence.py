"""The model's grade and the likeness by embedding are weighed together."""

from __future__ import annotations

import asyncio

import pytest

from graphs import Evidence, Judgement, build_document_qa
from graphs.evidence import log_odds
from graphs.grading import grade_passages
from graphs.mind import Mind
from graphs.step import Step
from rag.passage import Passage
from tests.graphs.fakes import ListRetriever, PortedModel

TOWER = "The tower is 38 metres tall."
HARBOUR = "The harbour was dug in 1612."


class WordEmbedder:
    """Counts a few words: texts are alike when they share them."""

    words = ("tower", "tall", "harbour", "dug")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(text.casefold().count(word)) for word in self.words] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def weigh(evidence: Evidence, grades: list[float]) -> list[float]:
    step = Step("weigh", lambda _: evidence.weigh("How tall is the tower?", [TOWER, HARBOUR], grades))
    weighed: list[float] = step.invoke(None)
    assert weighed == asyncio.run(step.ainvoke(None))
    return weighed


def test_without_embeddings_the_grade_stands_alone() -> None:
    assert weigh(Evidence(), [0.3, 0.9]) == [0.3, 0.9]


def test_likeness_can_outweigh_a_grade() -> None:
    tower, harbour = weigh(Evidence(WordEmbedder(), grade=0.3, similarity=6.0, bias=-3.0), [0.4, 0.6])
    assert tower > 0.9
    assert harbour < 0.1


def test_a_weight_of_one_leaves_the_grade_as_it_is() -> None:
    assert weigh(Evidence(WordEmbedder()), [0.3, 0.9]) == pytest.approx([0.3, 0.9])


def test_sure_grades_and_empty_vectors_stay_finite() -> None:
    evidence = Evidence(WordEmbedder(), similarity=5.0)
    assert evidence.similarities("Who?", ["nobody"]) == [0.0]
    assert 0 < evidence.probability(0.0, 0.0) < 0.001 < 0.999 < evidence.probability(1.0, 0.0) < 1
    assert log_odds(0.5) == 0


def test_recurring_texts_are_embedded_once() -> None:
    embedded: list[str] = []

    class Counted(WordEmbedder):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            embedded.extend(texts)
            return super().embed_documents(texts)

    plain = Evidence(WordEmbedder(), similarity=5.0)
    evidence = Evidence(Counted(), similarity=5.0).for_recurring_texts()
    for texts in ([TOWER, HARBOUR], [HARBOUR, TOWER], [HARBOUR, "new"]):
        assert evidence.similarities("How tall?", texts) == plain.similarities("How tall?", texts)
    assert [text for text in embedded if text != "How tall?"] == [TOWER, HARBOUR, "new"]
    assert Evidence().for_recurring_texts() == Evidence()


def test_similarities_need_embeddings() -> None:
    with pytest.raises(ValueError, match="embeddings"):
        Evidence().similarities("Who?", ["nobody"])


def quote_with(evidence: Evidence) -> str:
    text = f"{HARBOUR} {TOWER}"
    model = PortedModel(
        script={
            "grade": lambda prompt: 0.5 if HARBOUR not in prompt else 0.6 if TOWER in prompt else 0.9,
            "answer": lambda prompt: "38 metres" if TOWER in prompt else "1612",
            "check": 0.9,
        }
    )
    retriever = ListRetriever(passages=[Passage(text, "notes.md", 0, len(text), 1, 1)])
    graph = build_document_qa(model, retriever, judgement=Judgement(evidence=evidence, quote_method="score"))
    result = graph.invoke({"question": "How tall is the tower?"})
    quoted: str = result["citations"][0]["quote"]
    return quoted


def test_the_graph_quotes_what_the_evidence_points_to() -> None:
    assert quote_with(Evidence()) == HARBOUR
    assert quote_with(Evidence(WordEmbedder(), grade=0.2, similarity=6.0, bias=-3.0)) == TOWER


def test_a_heading_tells_what_its_sentences_are_about() -> None:
    texts = {"The harbour": "It was dug in 1612.", "The tower": "It rises to 38 metres."}
    passages = [Passage(text, "notes.md", 0, len(text), 1, 1, heading=name) for name, text in texts.items()]
    mind, evidence = Mind(PortedModel(script={"grade": 0.5})), Evidence(WordEmbedder(), similarity=6.0)
    question = "How tall is the tower?"
    harbour, tower = Step("g", lambda _: grade_passages(mind, evidence, question, passages)).invoke(None)
    assert tower > 0.9 > 0.6 > harbour
