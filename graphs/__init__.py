"""LangGraph workflows for any chat model and any retriever.

    from graphs import build_document_qa

    graph = build_document_qa(model, retriever)
    result = graph.invoke({"question": "Who wrote the manual?"})

What is named here is imported when it is first used, so that importing the prompts stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphs.assistant import build_assistant
    from graphs.assistant_state import AssistantContext, AssistantInput, AssistantOutput
    from graphs.citation import Citation
    from graphs.document_qa import build_document_qa
    from graphs.document_qa_state import DocumentQAContext, DocumentQAInput, DocumentQAOutput
    from graphs.evidence import Evidence
    from graphs.memory import memory_namespace
    from graphs.ports import ChoiceModel, EditModel, SpanModel
    from graphs.progress import Decision, Progress
    from graphs.reasoner import build_reasoner
    from graphs.reasoner_state import ReasonerInput, ReasonerOutput, ReasonStep
    from graphs.retention import AsyncBoundedSqliteSaver, BoundedSqliteSaver
    from graphs.thresholds import Thresholds
    from graphs.tool_agent import build_tool_agent
    from graphs.tool_agent_state import (
        ApprovalRequest,
        ToolAgentContext,
        ToolAgentInput,
        ToolAgentOutput,
        ToolRecord,
    )

__all__ = [
    "ApprovalRequest",
    "AssistantContext",
    "AssistantInput",
    "AssistantOutput",
    "AsyncBoundedSqliteSaver",
    "BoundedSqliteSaver",
    "ChoiceModel",
    "Citation",
    "Decision",
    "DocumentQAContext",
    "DocumentQAInput",
    "DocumentQAOutput",
    "EditModel",
    "Evidence",
    "Progress",
    "ReasonStep",
    "ReasonerInput",
    "ReasonerOutput",
    "SpanModel",
    "Thresholds",
    "ToolAgentContext",
    "ToolAgentInput",
    "ToolAgentOutput",
    "ToolRecord",
    "build_assistant",
    "build_document_qa",
    "build_reasoner",
    "build_tool_agent",
    "memory_namespace",
]

_HOMES = {
    "ApprovalRequest": "graphs.tool_agent_state",
    "AssistantContext": "graphs.assistant_state",
    "AssistantInput": "graphs.assistant_state",
    "AssistantOutput": "graphs.assistant_state",
    "AsyncBoundedSqliteSaver": "graphs.retention",
    "BoundedSqliteSaver": "graphs.retention",
    "ChoiceModel": "graphs.ports",
    "Citation": "graphs.citation",
    "Decision": "graphs.progress",
    "DocumentQAContext": "graphs.document_qa_state",
    "DocumentQAInput": "graphs.document_qa_state",
    "DocumentQAOutput": "graphs.document_qa_state",
    "EditModel": "graphs.ports",
    "Evidence": "graphs.evidence",
    "Progress": "graphs.progress",
    "ReasonStep": "graphs.reasoner_state",
    "ReasonerInput": "graphs.reasoner_state",
    "ReasonerOutput": "graphs.reasoner_state",
    "SpanModel": "graphs.ports",
    "Thresholds": "graphs.thresholds",
    "ToolAgentContext": "graphs.tool_agent_state",
    "ToolAgentInput": "graphs.tool_agent_state",
    "ToolAgentOutput": "graphs.tool_agent_state",
    "ToolRecord": "graphs.tool_agent_state",
    "build_assistant": "graphs.assistant",
    "build_document_qa": "graphs.document_qa",
    "build_reasoner": "graphs.reasoner",
    "build_tool_agent": "graphs.tool_agent",
    "memory_namespace": "graphs.memory",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'graphs' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
