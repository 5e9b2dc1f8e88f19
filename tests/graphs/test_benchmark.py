"""The benchmark of the graphs runs them all to an answer."""

from __future__ import annotations

from graphs import benchmark, build_document_qa, build_reasoner, build_tool_agent


def test_it_measures_every_graph() -> None:
    figures = benchmark.milliseconds_per_node(runs=1)
    assert list(figures) == ["document_qa", "tool_agent", "reasoner", "assistant", "assistant_on_disk"]
    assert all(figure > 0 for figure in figures.values())


def test_its_graphs_take_the_longest_road() -> None:
    model, retriever = benchmark.InstantModel(), benchmark.InstantRetriever()
    question = {"question": "How tall is it?"}
    assert not build_document_qa(model, retriever).invoke(question)["abstained"]
    assert build_tool_agent(model, [benchmark.look]).invoke(question)["calls"][0]["result"] == "It is tall."
    assert len(build_reasoner(model, retriever).invoke(question)["steps"]) == 2
