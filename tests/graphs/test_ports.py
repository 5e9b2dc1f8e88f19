"""What a model offers is seen through `bind` and `with_config`, in every version of Python."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from typing_extensions import get_protocol_members

from graphs import build_document_qa
from graphs.mind import Mind
from graphs.ports import ChoiceModel, MeasuredModel, SpanModel, ToolModel, offers
from tests.graphs.fakes import ListRetriever, NarrowModel, PortedModel, ScriptedModel, passages_of


@pytest.fixture
def as_of_python_3_12(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let `isinstance` look for what the ports name as it does from Python 3.12 on."""
    kind = type(ChoiceModel)
    usual = kind.__instancecheck__

    def check(port: Any, model: Any) -> bool:
        if port.__module__ != "graphs.ports":
            return bool(usual(port, model))
        missing = object()
        return all(
            inspect.getattr_static(model, name, missing) is not missing for name in get_protocol_members(port)
        )

    with monkeypatch.context() as patch:
        patch.setattr(kind, "__instancecheck__", check)
        yield


@pytest.mark.usefixtures("as_of_python_3_12")
def test_a_wrapped_model_decides_as_it_does_alone() -> None:
    script = {"grade": 0.8, "quote": "38 metres", "answer": "38 metres", "check": 0.9}
    model: Any = PortedModel(script=script)
    assert not isinstance(model.bind(), ChoiceModel)  # or the test would hold nothing
    for wrapped in (model.bind(stop=["."]), model.with_config(tags=["any"])):
        graph = build_document_qa(wrapped, ListRetriever(passages=passages_of()))
        result = graph.invoke({"question": "How tall is the lighthouse?"})
        assert result["confidence"] == pytest.approx(0.8 * 0.9)
    with pytest.raises(TypeError, match="RunnableWithFallbacks"):
        Mind(model.with_fallbacks([model]))


@pytest.mark.usefixtures("as_of_python_3_12")
def test_what_a_model_offers() -> None:
    ported: Any = PortedModel().bind()
    assert offers(ported, ChoiceModel)
    assert offers(ported, SpanModel)
    assert not offers(ported, ToolModel)
    assert offers(NarrowModel().bind(), MeasuredModel)
    assert not offers(ScriptedModel(), ChoiceModel)
