"""A question that no sentence answers is followed from one passage to the next."""

from __future__ import annotations

from typing import Any

import pytest

from graphs import Judgement, build_reasoner
from graphs.mind import Mind
from graphs.reasoner.chain import Chain, _beyond
from graphs.step import Step
from graphs.thresholds import Thresholds
from tests.graphs.fakes import ListRetriever, PortedModel, passages_of

QUESTION = "Where did the founder of Kelwick Tools grow up?"
FIRM = "# Kelwick Tools\n\nKelwick Tools bakes its own bread. It was Ruth Marwick who set up Kelwick Tools.\n"
PERSON = "# Ruth Marwick\n\nRuth Marwick keeps bees. Ruth Marwick grew up in Torshaw.\n"
FOUNDER, TOWN = "It was Ruth Marwick who set up Kelwick Tools.", "Ruth Marwick grew up in Torshaw."


def grade(prompt: str) -> float:
    """Two sentences hold the answer together; alone, that about the founder is the likest."""
    if TOWN in prompt:
        return 0.9 if FOUNDER in prompt else 0.05
    return 0.6 if FOUNDER in prompt else 0.1


def answer(prompt: str) -> str:
    return "Torshaw" if TOWN in prompt else "Ruth Marwick"


def model_that(**script: Any) -> PortedModel:
    usual = {"plan": QUESTION, "grade": grade, "answer": answer, "quote": FOUNDER, "check": 0.8}
    return PortedModel(script={**usual, **script})


def folder() -> ListRetriever:
    firm, person = passages_of(FIRM, "firm.md"), passages_of(PERSON, "person.md")
    searches = {QUESTION: firm, "It was Ruth Marwick who set": person, "bakes its own bread": firm}
    return ListRetriever(by_search=searches)


def follow(model: PortedModel, thresholds: Thresholds | None = None) -> Any:
    chain = Chain(Mind(model), folder(), Judgement())
    step = Step("follow", lambda _: chain.answer(QUESTION, thresholds or Thresholds()))
    return step.invoke(None)


def test_what_the_first_sentence_tells_leads_to_the_second() -> None:
    retriever = folder()
    model = model_that()
    graph = build_reasoner(model, retriever, judgement=Judgement(quote_method="score"))
    result = graph.invoke({"question": QUESTION})
    assert retriever.searches == [QUESTION, QUESTION, "It was Ruth Marwick who set", "bakes its own bread"]
    assert result["answer"] == "Torshaw"
    assert [(cited["path"], cited["quote"]) for cited in result["citations"]] == [
        ("firm.md", FOUNDER),
        ("person.md", TOWN),
    ]
    for cited, text in zip(result["citations"], (FIRM, PERSON), strict=True):
        assert text[cited["start"] : cited["end"]] == cited["quote"]
    assert result["confidence"] == pytest.approx(0.9 * 0.8)
    assert f"Quotation: {FOUNDER}\n{TOWN}" in model.prompts_of("answer")[-1]


def test_a_chain_that_lost_its_connection_is_followed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("langgraph.pregel._retry.time.sleep", lambda _: None)
    retriever, model = folder(), model_that()
    model.script["answer"] = ["Ruth Marwick", ConnectionError(), ConnectionError(), "Torshaw"]
    graph = build_reasoner(model, retriever, judgement=Judgement(quote_method="score"))
    assert graph.invoke({"question": QUESTION})["answer"] == "Torshaw"
    assert retriever.searches.count(QUESTION) == 4  # one sentence is looked for once, two thrice


def test_a_surer_answer_of_one_sentence_is_taken() -> None:
    def alone(prompt: str) -> float:
        return (
            0.95
            if FOUNDER in prompt and "Ruth Marwick " not in prompt.replace(FOUNDER, "")
            else grade(prompt)
        )

    result = build_reasoner(
        model_that(grade=alone), folder(), judgement=Judgement(quote_method="score")
    ).invoke({"question": QUESTION})
    assert (result["answer"], len(result["citations"])) == ("Ruth Marwick", 1)


def test_headings_are_neither_followed_nor_the_end() -> None:
    model = model_that()
    follow(model)
    assert not any("#" in prompt for prompt in model.prompts_of("grade"))


@pytest.mark.parametrize(
    "script",
    [{"check": 0.1}, {"grade": lambda prompt: grade(prompt) / 5}, {"answer": ""}],
    ids=["not supported", "not likely", "no words"],
)
def test_without_a_chain_that_holds_one_search_answers(script: dict[str, Any]) -> None:
    assert follow(model_that(**script)) is None
    retriever = folder()
    lenient = model_that(**script, rewrite="")
    build_reasoner(lenient, retriever, judgement=Judgement(quote_method="score")).invoke(
        {"question": QUESTION}
    )
    assert retriever.searches.count(QUESTION) >= 2


def test_the_answer_says_what_neither_the_question_nor_the_first_sentence_said() -> None:
    with pytest.raises(AssertionError, match="is not a span"):
        follow(model_that(answer="Ruth Marwick"))


def test_nothing_found_is_no_chain() -> None:
    chain = Chain(Mind(model_that()), ListRetriever(by_search={}), Judgement())
    assert Step("follow", lambda _: chain.answer(QUESTION, Thresholds())).invoke(None) is None


def test_any_other_model_has_broken_down_what_needed_it() -> None:
    retriever = folder()
    build_reasoner(model_that(), retriever).invoke({"question": QUESTION})
    assert retriever.searches == [QUESTION]


def test_pieces_beyond_what_is_known() -> None:
    assert _beyond("The lamp is built by Garburgh Tools.", {"the", "lamp", "is"}) == [
        "built by Garburgh Tools"
    ]
    assert _beyond("One lamp costs 916 euros.", {"costs"}) == ["One lamp", "916 euros"]
    assert _beyond("One lamp.", {"one", "lamp"}) == []
