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
    from graphs.assistant.graph import build_assistant
    from graphs.assistant.memory import memory_namespace
    from graphs.assistant.state import AssistantContext, AssistantInput, AssistantOutput
    from graphs.citation import Citation
    from graphs.confidence import Confidence
    from graphs.document_qa.graph import build_document_qa
    from graphs.document_qa.state import DocumentQAContext, DocumentQAInput, DocumentQAOutput
    from graphs.evidence import Evidence
    from graphs.judgement import Judgement
    from graphs.ports import (
        CalibratedModel,
        ChoiceModel,
        CopyingModel,
        EditModel,
        MeasuredModel,
        QuestionModel,
        SpanModel,
        ToolModel,
    )
    from graphs.progress import Decision, Progress
    from graphs.reasoner.graph import build_reasoner
    from graphs.reasoner.state import ReasonerInput, ReasonerOutput, ReasonStep
    from graphs.retention import AsyncBoundedSqliteSaver, BoundedSqliteSaver
    from graphs.thresholds import Thresholds
    from graphs.tool_agent.graph import build_tool_agent
    from graphs.tool_agent.policy import ToolPolicy
    from graphs.tool_agent.state import (
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
    "CalibratedModel",
    "ChoiceModel",
    "Citation",
    "Confidence",
    "CopyingModel",
    "Decision",
    "DocumentQAContext",
    "DocumentQAInput",
    "DocumentQAOutput",
    "EditModel",
    "Evidence",
    "Judgement",
    "MeasuredModel",
    "Progress",
    "QuestionModel",
    "ReasonStep",
    "ReasonerInput",
    "ReasonerOutput",
    "SpanModel",
    "Thresholds",
    "ToolAgentContext",
    "ToolAgentInput",
    "ToolAgentOutput",
    "ToolModel",
    "ToolPolicy",
    "ToolRecord",
    "build_assistant",
    "build_document_qa",
    "build_reasoner",
    "build_tool_agent",
    "memory_namespace",
]

_HOMES = {
    "ApprovalRequest": "graphs.tool_agent.state",
    "AssistantContext": "graphs.assistant.state",
    "AssistantInput": "graphs.assistant.state",
    "AssistantOutput": "graphs.assistant.state",
    "AsyncBoundedSqliteSaver": "graphs.retention",
    "BoundedSqliteSaver": "graphs.retention",
    "CalibratedModel": "graphs.ports",
    "ChoiceModel": "graphs.ports",
    "Citation": "graphs.citation",
    "Confidence": "graphs.confidence",
    "CopyingModel": "graphs.ports",
    "Decision": "graphs.progress",
    "DocumentQAContext": "graphs.document_qa.state",
    "DocumentQAInput": "graphs.document_qa.state",
    "DocumentQAOutput": "graphs.document_qa.state",
    "EditModel": "graphs.ports",
    "Evidence": "graphs.evidence",
    "Judgement": "graphs.judgement",
    "MeasuredModel": "graphs.ports",
    "Progress": "graphs.progress",
    "QuestionModel": "graphs.ports",
    "ReasonStep": "graphs.reasoner.state",
    "ReasonerInput": "graphs.reasoner.state",
    "ReasonerOutput": "graphs.reasoner.state",
    "SpanModel": "graphs.ports",
    "Thresholds": "graphs.thresholds",
    "ToolAgentContext": "graphs.tool_agent.state",
    "ToolAgentInput": "graphs.tool_agent.state",
    "ToolAgentOutput": "graphs.tool_agent.state",
    "ToolModel": "graphs.ports",
    "ToolPolicy": "graphs.tool_agent.policy",
    "ToolRecord": "graphs.tool_agent.state",
    "build_assistant": "graphs.assistant.graph",
    "build_document_qa": "graphs.document_qa.graph",
    "build_reasoner": "graphs.reasoner.graph",
    "build_tool_agent": "graphs.tool_agent.graph",
    "memory_namespace": "graphs.assistant.memory",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'graphs' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
