"""An example: a conversation whose last reply the model is to learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage


@dataclass(frozen=True, slots=True)
class Example:
    """One conversation of one task."""

    task: str
    """Name of the task, one of `graphs.prompts.INSTRUCTIONS`."""
    well: str
    """Where it was drawn: the source's name in `sources.toml`."""
    messages: list[BaseMessage]
    """The prompt as a graph sends it, and the reply."""
    tools: list[dict[str, Any]] = field(default_factory=list)
    """OpenAI-style function schemas offered to the model."""


def example(task: str, well: str, prompt: Sequence[BaseMessage], reply: str) -> Example:
    """Join a prompt of `graphs.prompts` with its reply."""
    return Example(task, well, [*prompt, AIMessage(reply)])
