"""The graphs and the in-house model fit together, with weights that know nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

import graphs
from graphs import (
    Judgement,
    Thresholds,
    build_assistant,
    build_document_qa,
    build_reasoner,
    build_tool_agent,
    ports,
)
from llm.errors import ContextOverflowError
from tests.graphs.fakes import DOCUMENT, ListRetriever, ScriptedModel, passages_of
from tests.graphs.test_tool_agent import add
from tests.llm.conftest import write_tiny_model

ANSWER_ALWAYS = Thresholds(relevance=0, support=0, abstention=0)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from llm import ChatHomespun

    weights: Path = write_tiny_model(tmp_path_factory.mktemp("weights"))
    return ChatHomespun(model=str(weights), max_tokens=24)


def test_it_has_the_ports(model: Any) -> None:
    of_models = [name for name, port in vars(ports).items() if getattr(port, "_is_runtime_protocol", False)]
    exported = [getattr(graphs, name) for name in of_models if name in graphs.__all__]
    assert len(exported) == len(of_models) == 8
    assert all(isinstance(model, port) for port in exported)


@pytest.mark.parametrize("method", ["generate", "score"])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_even_a_random_model_quotes_verbatim(model: Any, method: Any, asynchronous: bool) -> None:
    retriever = ListRetriever(passages=passages_of())
    graph = build_document_qa(model, retriever, judgement=Judgement(ANSWER_ALWAYS, quote_method=method))
    given: Any = {"question": "How tall is it?", "messages": [HumanMessage("Hello"), AIMessage("Hi.")]}
    result = asyncio.run(graph.ainvoke(given)) if asynchronous else graph.invoke(given)
    assert not result["abstained"]
    [citation] = result["citations"]
    assert DOCUMENT[citation["start"] : citation["end"]] == citation["quote"]
    assert result["answer"] in citation["quote"]
    assert 0.0 <= result["confidence"] <= 1.0
    assert all(0.0 < decision["probability"] < 1.0 for decision in result["decisions"])


def test_a_conversation_goes_on_however_many_tokens_it_takes(model: Any) -> None:
    graph = build_assistant(model, checkpointer=InMemorySaver())
    thread: Any = {"configurable": {"thread_id": "one"}}
    with pytest.raises(ContextOverflowError, match="shorten the question"):
        graph.invoke({"question": "Сегодня я ходил на рынок. " * 40}, thread)
    for number in range(6):
        result = graph.invoke({"question": f"{number} Сегодня я ходил на рынок." * 4}, thread)
    assert model.get_num_tokens_from_messages(result["messages"]) < 900


def test_every_road_of_the_assistant_ends(model: Any) -> None:
    graph = build_assistant(
        model, ListRetriever(passages=passages_of()), [add], judgement=Judgement(ANSWER_ALWAYS)
    )
    for question in ("How tall is the lighthouse?", "What is 2 + 3?", "Hello!"):
        result = graph.invoke({"question": question})
        assert result["route"] in ("documents", "tools", "chat", "reason")
        assert 0.0 < result["decisions"][0]["probability"] < 1.0


def test_what_wraps_a_model_is_as_good_or_refused(model: Any) -> None:
    retriever = ListRetriever(passages=passages_of())
    other = ScriptedModel(script={"grade": "no", "rewrite": ""})
    tagged, always = model.with_config(tags=["any"]), Judgement(ANSWER_ALWAYS)
    configured = build_document_qa(tagged, retriever, judgement=always)
    assert configured.invoke({"question": "How tall is it?"})["answer"]
    for hiding in (model.with_fallbacks([other]), model.with_retry(), model | (lambda reply: reply)):
        for build in (build_document_qa, build_reasoner, build_assistant):
            with pytest.raises(TypeError, match="give it the chat model itself"):
                build(hiding, retriever)
        with pytest.raises(TypeError, match="give it the chat model itself"):
            build_tool_agent(hiding, [add])
    in_words: Any = other.with_fallbacks([model])
    assert build_document_qa(in_words, retriever).invoke({"question": "How tall is it?"})["abstained"]
