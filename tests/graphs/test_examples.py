"""The examples run, the drawings are those of the code, and importing stays light."""

from __future__ import annotations

import importlib.util
import json
import runpy
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import graphs
from graphs.drawings import PAGE, draw, refresh
from tests.graphs.fakes import DOCUMENT, ListRetriever, ScriptedModel, passages_of
from tests.graphs.test_document_qa import QUESTION, foreign, ported

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def load(name: str) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # LangGraph looks the types of a state up in their module.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_fastapi_streaming() -> None:
    from fastapi.testclient import TestClient

    app = load("fastapi_streaming").create_app(ported(), ListRetriever(passages=passages_of()))
    reply = TestClient(app).get("/ask", params={"question": QUESTION})
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = [event.split("\n") for event in reply.text.strip().split("\n\n")]
    assert [name for name, _ in events] == ["event: progress"] * 5 + ["event: answer"]
    answer = json.loads(events[-1][1].removeprefix("data: "))
    assert answer["answer"] == "38 metres"
    [citation] = answer["citations"]
    assert DOCUMENT[citation["start"] : citation["end"]] == citation["quote"]


def test_notebook(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Index:
        def __init__(self, *_: Any) -> None:
            pass

        def refresh(self) -> None:
            pass

        def as_retriever(self) -> ListRetriever:
            return ListRetriever(passages=passages_of())

    monkeypatch.setitem(sys.modules, "llm", types.SimpleNamespace(ChatHomespun=ported))
    monkeypatch.setitem(sys.modules, "rag", types.SimpleNamespace(FolderIndex=Index))
    runpy.run_path(str(EXAMPLES / "notebook.py"))
    shown = capsys.readouterr().out
    assert "38 metres (72%)" in shown
    assert "island.md:3: It is 38 metres tall" in shown
    assert "0.80 verify: the quotation supports" in shown


@pytest.mark.parametrize(
    ("relevant", "reply"), [("yes", "38 metres"), ("no", "A colleague will write to you, Ada.")]
)
def test_subgraph(relevant: str, reply: str) -> None:
    model = foreign(grade=relevant, rewrite="")
    desk = load("subgraph").build_help_desk(model, ListRetriever(passages=passages_of()))
    result = desk.invoke({"customer": "Ada", "messages": [("user", QUESTION)]})
    assert result["messages"][-1].text == reply
    assert result["messages"][0].text == QUESTION


def test_another_model() -> None:
    model = ScriptedModel(
        script={"grade": "Yes", "quote": '"within 30 days"', "answer": "Within 30 days.", "check": "yes"}
    )
    example = load("another_model")
    assert example.ask(model, "Can goods be returned?") == (
        "Within 30 days. (returns.txt: “Goods can be returned within 30 days.”; "
        "gifts.txt: “Goods that were a gift can also be returned within 30 days.”)"
    )
    model.script["quote"] = "within 31 days"
    assert example.ask(model, "Can goods be returned?") == "The notes do not say."


def test_the_drawings_are_those_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == refresh(page), "run `python -m graphs.drawings`"
    for name, drawing in draw().items():
        assert f"<!-- {name} -->\n```mermaid\n{drawing}```" in page


def test_every_public_name_is_there_and_documented() -> None:
    assert graphs.__all__ == sorted(graphs.__all__)
    for name in graphs.__all__:
        assert getattr(graphs, name).__doc__, name
    assert set(graphs.__all__) <= set(dir(graphs))
    with pytest.raises(AttributeError, match="nothing"):
        _ = graphs.nothing


def test_importing_the_graphs_loads_nothing_heavy() -> None:
    code = (
        "import sys, graphs.prompts, graphs; assert 'langgraph' not in sys.modules;"
        "[getattr(graphs, name) for name in graphs.__all__];"
        "heavy = {'torch', 'chromadb', 'sentence_transformers', 'llm', 'agent'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=EXAMPLES.parent)
