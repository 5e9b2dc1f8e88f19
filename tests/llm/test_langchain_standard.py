"""LangChain's own suites for chat models.

The unit tests run on random weights. The integration tests need a model that understands a little,
so they run on the shipped weights, where those are there; `HOMESPUN_MODEL` names other weights.
"""

from __future__ import annotations

import os
from typing import Any, ClassVar

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from llm import ChatHomespun
from llm.errors import WeightsError
from llm.weights_folder import DEFAULT_MODEL, find_weights

MODEL = os.environ.get("HOMESPUN_MODEL", DEFAULT_MODEL)


def _has_weights() -> bool:
    try:
        find_weights(MODEL)
    except WeightsError:
        return False
    return True


class Abilities:
    """What a text model can do; pictures and sound are what it cannot."""

    has_tool_calling = True
    has_tool_choice = True
    has_structured_output = True
    supports_json_mode = True
    returns_usage_metadata = True
    supports_model_override = True
    supported_usage_metadata_details: ClassVar[dict[str, list[str]]] = {"invoke": [], "stream": []}
    structured_output_kwargs: ClassVar[dict[str, Any]] = {}


class TestUnit(Abilities, ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatHomespun

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": MODEL}


@pytest.mark.skipif(not _has_weights(), reason="there are no trained weights to talk to")
class TestIntegration(Abilities, ChatModelIntegrationTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatHomespun

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": MODEL}

    @property
    def model_override_value(self) -> str:
        return str(find_weights(MODEL))
