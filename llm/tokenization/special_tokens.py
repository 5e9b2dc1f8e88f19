"""The special tokens of the model: roles, tool calls and one token for each task.

They are the last ids of the vocabulary, so a tokenizer of any size keeps the same names. Unused
places are kept for tasks to come, which can then be learned without changing the embedding's shape.
"""

from __future__ import annotations

END_OF_TEXT = "<|endoftext|>"
"""Between documents in pretraining; also the padding token."""
END = "<|end|>"
"""Ends a message; generation stops here."""
SYSTEM = "<|system|>"
USER = "<|user|>"
ASSISTANT = "<|assistant|>"
TOOL_RESULT = "<|tool_result|>"
TOOLS = "<|tools|>"
TOOL_CALL = "<|tool_call|>"

TASKS = (
    "answer",
    "chat",
    "check",
    "grade",
    "plan",
    "quote",
    "rewrite",
    "route",
    "summarise",
    "tool",
)
"""Names of the tasks that the model was trained on; each has a token of its own."""

TOOL_TASK = "tool"
"""The task of which calls of tools are a part."""

RESERVED = 46
"""Unused places after the named tokens."""


def task_token(task: str) -> str:
    """Return the special token of a task in `TASKS`."""
    return f"<|task:{task}|>"


SPECIAL_TOKENS: tuple[str, ...] = (
    END_OF_TEXT,
    END,
    SYSTEM,
    USER,
    ASSISTANT,
    TOOL_RESULT,
    TOOLS,
    TOOL_CALL,
    *(task_token(task) for task in TASKS),
    *(f"<|reserved:{index}|>" for index in range(RESERVED)),
)
"""All special tokens in the order of their ids."""
