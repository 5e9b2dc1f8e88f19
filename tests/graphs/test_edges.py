"""Every edge of every graph is walked, by a model that has the ports and by one that has not."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from langchain_core._api import LangChainBetaWarning

from graphs import Judgement, build_document_qa, build_reasoner, build_tool_agent
from tests.graphs import test_assistant, test_document_qa, test_reasoner
from tests.graphs.fakes import ListRetriever, PortedModel, ScriptedModel, passages_of
from tests.graphs.test_tool_agent import add, calls

Edge = tuple[str, str]
Run = tuple[Any, str]
"""A graph and the question that sends it along a road."""


def document_qa(kind: type[ScriptedModel]) -> Iterator[Run]:
    model_that = test_document_qa.ported if kind is PortedModel else test_document_qa.foreign
    no = 0.1 if kind is PortedModel else "no"
    scripts: list[dict[str, Any]] = [
        {},  # straight to the answer
        {"grade": no, "rewrite": ["other words", "more words"]},  # other words twice, all in vain
        {"grade": no, "rewrite": ""},  # no other words
        {"answer": ""},
        {"check": no},
    ]
    for script in scripts:
        yield build_document_qa(model_that(**script), ListRetriever(passages=passages_of())), "How tall?"
    if kind is PortedModel:  # it cannot but quote, unless there is nothing: a passage of white space
        retriever = ListRetriever(passages=passages_of(" \n"))
        yield (
            build_document_qa(model_that(grade=0.9), retriever, judgement=Judgement(quote_method="score")),
            "How tall?",
        )
    else:
        model = model_that(quote="It is 39 metres tall.")
        yield build_document_qa(model, ListRetriever(passages=passages_of())), "How tall?"


def tool_agent(kind: type[ScriptedModel]) -> Iterator[Run]:
    call = calls(("add", {"a": 1, "b": 2}))
    for replies in (["Hello."], [call, "3"], [call, call, "3"]):  # the same call twice is refused
        yield build_tool_agent(kind(script={"tool": replies}), [add]), "1 + 2?"


def reasoner(kind: type[ScriptedModel]) -> Iterator[Run]:
    no = 0.1 if kind is PortedModel else "no"
    combined = "Question: Both?"
    scripts: list[dict[str, Any]] = [
        {},
        {"plan": test_reasoner.TALL},  # one question
        {"plan": f"{test_reasoner.PIER}\nWho keeps #1?"},  # one that waits for another
        {"grade": no},
        {"answer": lambda prompt: "" if combined in prompt else test_reasoner.quote(prompt)},
        {"check": lambda prompt: no if combined in prompt else 0.9 if kind is PortedModel else "yes"},
    ]
    for script in scripts:
        model = test_reasoner.model_that(kind, **script)
        yield build_reasoner(model, ListRetriever(passages=passages_of())), "Both?"
    last_word = {"answer": lambda prompt: prompt.split()[-1]}
    model = test_reasoner.model_that(kind, plan=test_reasoner.TALL, **last_word)
    scoring = Judgement(quote_method="score")  # a question of one part is followed
    yield build_reasoner(model, ListRetriever(passages=passages_of()[:1]), judgement=scoring), "Both?"


def assistant(kind: type[ScriptedModel]) -> Iterator[Run]:
    for question in (test_document_qa.QUESTION, "What is 2 + 3?", "Are both of them 38 m?", "Hello!"):
        yield test_assistant.assistant(test_assistant.model_that(kind)), question


def walked(graph: Any, question: str) -> set[Edge]:
    """Return the edges of a run; nodes that run in parallel are one step."""
    steps: dict[int, set[str]] = {}
    for part in graph.stream({"question": question}, stream_mode="debug"):
        if part["type"] == "task":
            steps.setdefault(part["step"], set()).add(part["payload"]["name"])
    stations = [{"__start__"}, *(steps[number] for number in sorted(steps)), {"__end__"}]
    return {(one, other) for before, after in pairwise(stations) for one in before for other in after}


@pytest.mark.parametrize("roads", [document_qa, tool_agent, reasoner, assistant])
def test_every_graph_tells_its_schemas(roads: Callable[[type[ScriptedModel]], Iterator[Run]]) -> None:
    graph, _ = next(roads(ScriptedModel))
    assert {"question", "messages"} <= set(graph.get_input_jsonschema()["properties"])
    assert {"question", "answer", "citations"} <= set(graph.get_output_jsonschema()["properties"])
    assert graph.get_context_jsonschema()["properties"]
    with warnings.catch_warnings(action="ignore", category=LangChainBetaWarning):
        assert "question" in graph.as_tool(name="ask", description="Answers.").args


@pytest.mark.parametrize("kind", [PortedModel, ScriptedModel])
@pytest.mark.parametrize("roads", [document_qa, tool_agent, reasoner, assistant])
def test_every_edge_is_walked(
    roads: Callable[[type[ScriptedModel]], Iterator[Run]], kind: type[ScriptedModel]
) -> None:
    runs = list(roads(kind))
    drawn = {(edge.source, edge.target) for edge in runs[0][0].get_graph().edges}
    seen: set[Edge] = set().union(*(walked(graph, question) for graph, question in runs))
    assert seen == drawn
