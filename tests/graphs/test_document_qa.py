"""Every road through document Q&A, with a model that has the ports and one that has not."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import ANY

import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.retrievers import BaseRetriever
from langgraph.checkpoint.memory import InMemorySaver

from graphs import DocumentQAContext, Judgement, Thresholds, build_document_qa
from graphs.document_qa.nodes import NOT_IN_DOCUMENTS
from graphs.mind import Mind
from graphs.step import Step
from tests.graphs.fakes import DOCUMENT, ListRetriever, PortedModel, ScriptedModel, passages_of

QUESTION = "How tall is the lighthouse at Marrow Point?"


CITED = "It is 38 metres tall, e.g. taller\nthan the one at Gull Bay."


def ported(**script: Any) -> PortedModel:
    usual = {
        "grade": lambda prompt: 0.9 if "Marrow" in prompt.split("Passage")[1] else 0.1,
        "quote": "38 metres tall",
        "answer": "38 metres",
        "check": 0.8,
    }
    return PortedModel(script={**usual, **script})


def foreign(**script: Any) -> ScriptedModel:
    usual = {
        "grade": lambda prompt: "Yes." if "Marrow" in prompt.split("Passage")[1] else "No.",
        "quote": "“It is 38 metres tall”",
        "answer": "38 metres",
        "check": "Yes, it is.",
    }
    return ScriptedModel(script={**usual, **script})


@pytest.fixture(params=["ported", "foreign"])
def model(request: pytest.FixtureRequest) -> ScriptedModel:
    return ported() if request.param == "ported" else foreign()


def test_the_straight_road(model: ScriptedModel) -> None:
    result = build_document_qa(model, ListRetriever(passages=passages_of())).invoke({"question": QUESTION})
    [citation] = result["citations"]
    assert result["answer"] == "38 metres"
    assert result["question"] == result["standalone_question"] == QUESTION
    assert result["route"] == "documents"
    assert not result["abstained"]
    assert citation["quote"] == CITED
    assert DOCUMENT[citation["start"] : citation["end"]] == citation["quote"]
    assert (citation["path"], citation["page"]) == ("island.md", None)
    assert (citation["start_line"], citation["end_line"]) == (3, 4)
    assert [decision["node"] for decision in result["decisions"]] == ["grade", "grade", "verify", "verify"]
    assert "rewrite" not in dict(model.asked)


def test_confidence_is_relevance_times_support() -> None:
    graph = build_document_qa(ported(), ListRetriever(passages=passages_of()))
    result = graph.invoke({"question": QUESTION})
    assert result["confidence"] == pytest.approx(0.9 * 0.8)
    assert [decision["probability"] for decision in result["decisions"]] == pytest.approx(
        [0.9, 0.1, 1.0, 0.8]
    )


def test_the_reply_carries_langchain_citations(model: ScriptedModel) -> None:
    result = build_document_qa(model, ListRetriever(passages=passages_of())).invoke({"question": QUESTION})
    asked, reply = result["messages"]
    assert (asked.type, asked.text) == ("human", QUESTION)
    assert reply.text == "38 metres"
    [annotation] = reply.content_blocks[0]["annotations"]
    assert annotation["type"] == "citation"
    assert annotation["url"] == "island.md"
    assert annotation["cited_text"] == result["citations"][0]["quote"]
    assert reply.text[annotation["start_index"] : annotation["end_index"]] == "38 metres"
    assert annotation["extras"]["start"] == result["citations"][0]["start"]
    assert annotation["extras"]["start_line"] == 3


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ({"grade": "no", "rewrite": "Something else?"}, "no passage is relevant"),
        ({"quote": "It is 39 metres tall"}, "the quotation is not verbatim"),
        ({"quote": ""}, "nothing was quoted"),
        ({"answer": ""}, "nothing was answered"),
        ({"check": "no"}, "the quotation does not support the answer"),
    ],
)
def test_a_foreign_model_abstains(script: dict[str, Any], reason: str) -> None:
    graph = build_document_qa(foreign(**script), ListRetriever(passages=passages_of()))
    result = graph.invoke({"question": QUESTION})
    assert result["abstained"], reason
    assert (result["answer"], result["citations"]) == (None, [])
    assert result["messages"][-1].text == NOT_IN_DOCUMENTS


@pytest.mark.parametrize(
    ("thresholds", "abstains"),
    [
        (Thresholds(relevance=0.9, support=0.8, abstention=0.719), False),
        (Thresholds(relevance=0.91, support=0, abstention=0), True),
        (Thresholds(relevance=0, support=0.81, abstention=0), True),
        (Thresholds(relevance=0, support=0, abstention=0.73), True),
    ],
)
def test_each_threshold_decides(thresholds: Thresholds, abstains: bool) -> None:
    model = ported(rewrite=QUESTION)
    graph = build_document_qa(model, ListRetriever(passages=passages_of()), judgement=Judgement(thresholds))
    assert graph.invoke({"question": QUESTION})["abstained"] is abstains
    # The same thresholds for one run of a graph that was built with others.
    graph = build_document_qa(model, ListRetriever(passages=passages_of()))
    context = DocumentQAContext(thresholds=thresholds)
    assert graph.invoke({"question": QUESTION}, context=context)["abstained"] is abstains


def test_what_was_not_sure_enough_is_what_came_closest() -> None:
    def closest(**thresholds: float) -> list[str]:
        judgement = Judgement(Thresholds(**thresholds))
        model = ported(rewrite=QUESTION)
        graph = build_document_qa(model, ListRetriever(passages=passages_of()), judgement=judgement)
        result = graph.invoke({"question": QUESTION})
        assert result["abstained"] is not bool(result["citations"])
        return [citation["quote"] for citation in result["closest"]]

    assert closest(relevance=0, support=0, abstention=0) == []  # it answers
    assert closest(relevance=0, support=0, abstention=0.73) == [CITED]
    assert closest(relevance=0.91) == []  # nothing was quoted


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_threshold_outside_0_and_1_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="support"):
        Thresholds(support=value)


def test_it_searches_in_other_words_at_most_twice() -> None:
    model = ported(rewrite=["other words", "more words", "too many words"])
    retriever = ListRetriever(by_search={})
    result = build_document_qa(model, retriever).invoke({"question": QUESTION})
    assert retriever.searches == [QUESTION, "other words", "more words"]
    assert result["abstained"]
    assert result["standalone_question"] == QUESTION


def test_other_words_can_find_the_answer(model: ScriptedModel) -> None:
    model.script["rewrite"] = "height of the Marrow Point light"
    retriever = ListRetriever(by_search={"height of the Marrow Point light": passages_of()})
    result = build_document_qa(model, retriever).invoke({"question": QUESTION})
    assert result["answer"] == "38 metres"
    assert retriever.searches == [QUESTION, "height of the Marrow Point light"]


@pytest.mark.parametrize("rewritten", ["", QUESTION])
def test_without_new_words_it_does_not_search_again(rewritten: str) -> None:
    retriever = ListRetriever(by_search={})
    result = build_document_qa(ported(rewrite=rewritten), retriever).invoke({"question": QUESTION})
    assert retriever.searches == [QUESTION]
    assert result["abstained"]


def test_a_follow_up_is_put_into_context(model: ScriptedModel) -> None:
    model.script["rewrite"] = QUESTION
    retriever = ListRetriever(passages=passages_of())
    conversation = [HumanMessage("Is there a lighthouse?"), AIMessage("Yes, at Marrow Point.")]
    result = build_document_qa(model, retriever).invoke(
        {"question": "How tall is it?", "messages": conversation}
    )
    assert retriever.searches == [QUESTION]
    assert (result["question"], result["standalone_question"]) == ("How tall is it?", QUESTION)
    assert "Assistant: Yes, at Marrow Point." in model.prompts_of("rewrite")[0]
    assert all(QUESTION in prompt for prompt in model.prompts_of("quote"))


def test_a_slip_is_put_right_without_a_conversation_too() -> None:
    mind = Mind(ported(rewrite=QUESTION))
    restate = Step("contextualise", lambda asked: mind.restate([], asked))
    assert restate.invoke("How tall is the, er, the lighthouse?") == QUESTION


def test_an_empty_rewrite_keeps_the_question(model: ScriptedModel) -> None:
    model.script["rewrite"] = "  "
    conversation = [HumanMessage("Is there a lighthouse?"), AIMessage("Yes.")]
    graph = build_document_qa(model, ListRetriever(passages=passages_of()))
    result = graph.invoke({"question": QUESTION, "messages": conversation})
    assert result["standalone_question"] == QUESTION


def test_the_question_may_be_the_last_message(model: ScriptedModel) -> None:
    graph = build_document_qa(model, ListRetriever(passages=passages_of()))
    result = graph.invoke({"messages": [HumanMessage(QUESTION)]})
    assert result["answer"] == "38 metres"
    assert [message.type for message in result["messages"]] == ["human", "ai"]


def test_a_question_that_is_none_is_not_given(model: ScriptedModel) -> None:
    graph = build_document_qa(model, ListRetriever(passages=passages_of()))
    result = graph.invoke({"question": None, "messages": [HumanMessage(QUESTION)]})
    assert (result["question"], result["answer"]) == (QUESTION, "38 metres")


def test_a_question_that_is_no_text_is_refused(model: ScriptedModel) -> None:
    with pytest.raises(TypeError, match="A question is a text, not 7: give its words"):
        build_document_qa(model, ListRetriever()).invoke({"question": 7})


@pytest.mark.parametrize(
    "state", [{}, {"question": "  "}, {"question": None}, {"messages": [AIMessage("Hello.")]}]
)
def test_no_question_is_an_error(model: ScriptedModel, state: Any) -> None:
    with pytest.raises(ValueError, match="There is no question"):
        build_document_qa(model, ListRetriever()).invoke(state)


@pytest.mark.parametrize(
    ("metadata", "place"),
    [
        ({"source": "talk.mp3", "start": "00:01:02", "end": "00:01:09"}, ("talk.mp3", None, 0, 1)),
        ({"source": "a.txt", "start": None, "end": None, "start_line": None}, ("a.txt", None, 0, 1)),
        ({"source": "a.pdf", "page": 0, "heading": None}, ("a.pdf", None, 0, 1)),
        ({"source": "a.pdf", "page": "iv", "scores": [0.5, 0.2]}, ("a.pdf", None, 0, 1)),
        ({"source": "a.pdf", "page": 4, "score": None}, ("a.pdf", 4, 0, 1)),
        ({"source": "a.txt", "start": 100, "end": 10, "score": 17.2}, ("a.txt", None, 100, 1)),
        ({"source": "a.txt", "start_line": 7, "score": float("nan")}, ("a.txt", None, 0, 7)),
    ],
)
def test_what_other_retrievers_say_in_their_own_way_counts_as_not_said(
    model: ScriptedModel, metadata: dict[str, Any], place: tuple[Any, ...]
) -> None:
    text = "The lighthouse at Marrow Point is 38 metres tall."
    model.script["quote"] = "38 metres tall"
    retriever = DocumentRetriever(documents=[Document(text, metadata=metadata)])
    [citation] = build_document_qa(model, retriever).invoke({"question": QUESTION})["citations"]
    assert (citation["path"], citation["page"], citation["start"], citation["start_line"]) == place
    assert citation["end"] - citation["start"] == len(text)
    assert 0.0 <= citation["score"] <= 1.0


class DocumentRetriever(BaseRetriever):
    """Finds the same documents whatever is asked."""

    documents: list[Document]

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return self.documents


def test_a_thread_begins_each_turn_afresh() -> None:
    model = ported(rewrite=lambda prompt: prompt.splitlines()[-1].removeprefix("User: "))
    graph = build_document_qa(model, ListRetriever(passages=passages_of()), checkpointer=InMemorySaver())
    thread: Any = {"configurable": {"thread_id": "one"}}
    graph.invoke({"question": QUESTION}, thread)
    model.script["check"] = 0.1
    second = graph.invoke({"question": "Who says so?"}, thread)
    third = graph.invoke({"messages": [HumanMessage("And who else?")]}, thread)
    assert second["abstained"]
    assert second["question"] == "Who says so?"
    assert len(second["decisions"]) == 4
    assert third["question"] == "And who else?"
    assert [message.type for message in third["messages"]] == ["human", "ai"] * 3


def test_scoring_quotes_the_sentence_with_the_highest_probability() -> None:
    model = ported(grade=lambda prompt: 0.95 if "38 metres" in prompt and "1871" not in prompt else 0.6)
    graph = build_document_qa(
        model, ListRetriever(passages=passages_of()), judgement=Judgement(quote_method="score")
    )
    result = graph.invoke({"question": QUESTION})
    [citation] = result["citations"]
    assert citation["quote"].startswith("It is 38 metres tall")
    assert DOCUMENT[citation["start"] : citation["end"]] == citation["quote"]
    assert result["confidence"] == pytest.approx(0.95 * 0.8)
    assert model.prompts_of("quote") == []


GUIDE = """The tower at Marrow Point has 38 metres. A street has 38 metres of shops.
A flag of 38 metres flew at Marrow Point. The wall at Marrow Point has 38 metres too.
"""


@pytest.mark.parametrize("method", ["generate", "score"])
def test_every_sentence_that_gives_the_answer_is_cited(method: Any) -> None:
    model = ported(
        grade=lambda prompt: 0.9 if "It is 38" in prompt else 0.6,
        check=lambda prompt: 0.1 if "flag" in prompt else 0.8,
    )
    retriever = ListRetriever(passages=[*passages_of(), *passages_of(GUIDE, "guide.md")])
    result = build_document_qa(model, retriever, judgement=Judgement(quote_method=method)).invoke(
        {"question": QUESTION}
    )
    assert [citation["quote"].split()[1] for citation in result["citations"]] == ["is", "tower"]
    assert [citation["path"] for citation in result["citations"]] == ["island.md", "guide.md"]
    for citation in result["citations"]:
        text = DOCUMENT if citation["path"] == "island.md" else GUIDE
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert len(result["messages"][-1].content_blocks[0]["annotations"]) == 2
    # Others are looked at, two at most, and change nothing about the answer and how sure it is.
    said = [(decision["what"], decision["probability"]) for decision in result["decisions"]]
    assert said[-2:] == [("guide.md:1 says so too", 0.8), ("guide.md:2 says so too", 0.1)]
    assert result["confidence"] == pytest.approx(0.9 * 0.8)


def test_a_foreign_model_may_quote_several_sentences() -> None:
    model = foreign(quote="- It is 38 metres tall\n- Its keeper was Ada Finch.\n- It has no lift.")
    result = build_document_qa(model, ListRetriever(passages=passages_of())).invoke({"question": QUESTION})
    assert [citation["quote"][:10] for citation in result["citations"]] == ["It is 38 m", "Its keeper"]
    assert "Gull Bay.\nIts keeper was Ada Finch." in model.prompts_of("check")[0]


def test_only_the_best_passages_are_read_on() -> None:
    model = ported(
        grade=lambda prompt: 0.95 if "ferry to" in prompt else 0.6, quote="pier 4", answer="pier 4"
    )
    graph = build_document_qa(model, ListRetriever(passages=passages_of()), max_passages=1)
    result = graph.invoke({"question": "Where does the ferry leave?"})
    assert result["citations"][0]["quote"] == "The ferry to Gull Bay leaves at 7.30 from pier 4."
    assert "Marrow" not in model.prompts_of("quote")[0]


def test_it_streams_progress_updates_and_each_message_once(model: ScriptedModel) -> None:
    graph = build_document_qa(model, ListRetriever(passages=passages_of()))
    parts = list(
        graph.stream({"question": QUESTION}, stream_mode=["updates", "custom", "messages"], version="v2")
    )
    nodes = [name for part in parts if part["type"] == "updates" for name in part["data"]]
    events = [part["data"] for part in parts if part["type"] == "custom"]
    messages = [part["data"][0] for part in parts if part["type"] == "messages"]
    assert nodes == [
        "contextualise",
        "retrieve",
        "grade",
        "quote",
        "extract",
        "verify",
        "corroborate",
        "finish",
    ]
    assert [event["node"] for event in events] == ["retrieve", "grade", "quote", "extract", "verify"]
    assert all(event["event"] == "progress" and event["text"] for event in events)
    assert [message.text for message in messages] == [QUESTION, "38 metres"]


async def test_it_runs_async(model: ScriptedModel) -> None:
    graph = build_document_qa(model, ListRetriever(passages=passages_of()))
    result = await graph.ainvoke({"question": QUESTION})
    assert result["answer"] == "38 metres"
    parts = [part async for part in graph.astream({"question": QUESTION}, stream_mode="custom")]
    assert [part["node"] for part in parts] == ["retrieve", "grade", "quote", "extract", "verify"]


async def test_a_cancelled_run_stops_at_the_call_that_it_waits_for() -> None:
    reached = asyncio.Event()

    class Slow(ScriptedModel):
        async def _agenerate(self, messages: Any, *args: Any, **kwargs: Any) -> Any:
            if messages[0].name != "quote":
                return self._generate(messages)
            reached.set()
            return await asyncio.sleep(60)

    model = Slow(script=foreign().script)
    graph = build_document_qa(model, ListRetriever(passages=passages_of()))
    run = asyncio.create_task(graph.ainvoke({"question": QUESTION}))
    await reached.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert not model.prompts_of("answer")


def test_a_stream_that_is_closed_asks_nothing_more() -> None:
    model = foreign()
    graph = build_document_qa(model, ListRetriever(passages=passages_of()))
    stream = graph.stream({"question": QUESTION}, stream_mode="updates")
    assert next(stream) == {"contextualise": ANY}
    stream.close()
    assert model.asked == []


def test_a_lost_connection_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    model = foreign(quote=[ConnectionError("lost"), "It is 38 metres tall"])
    result = build_document_qa(model, ListRetriever(passages=passages_of())).invoke({"question": QUESTION})
    assert result["answer"] == "38 metres"


def test_an_error_of_the_model_is_not_repeated() -> None:
    model = foreign(quote=RuntimeError("The prompt is too long."))
    graph = build_document_qa(model, ListRetriever(passages=passages_of()))
    with pytest.raises(RuntimeError, match="too long"):
        graph.invoke({"question": QUESTION})
    assert len(model.prompts_of("quote")) == 1


def test_the_recursion_limit_is_its_own(model: ScriptedModel) -> None:
    graph = build_document_qa(model, ListRetriever())
    assert graph.config is not None
    assert graph.config["recursion_limit"] == 20


def test_a_run_can_be_set_in_json_and_refuses_what_is_out_of_range() -> None:
    model = foreign(grade="perhaps", rewrite="")
    graph: Any = build_document_qa(
        model, ListRetriever(passages=passages_of()), judgement=Judgement(Thresholds(1.0))
    )
    assert graph.invoke({"question": QUESTION})["abstained"]
    assert not graph.invoke({"question": QUESTION}, context={"thresholds": {"relevance": 0.5}})["abstained"]
    for wrong in ({"max_passages": -1}, {"quote_method": "guess"}, {"thresholds": {"relevance": 2}}):
        with pytest.raises(ValueError, match=r"must (be|lie)"):
            graph.invoke({"question": QUESTION}, context=wrong)
