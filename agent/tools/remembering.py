"""Remember something beyond this conversation, and recall it."""

from __future__ import annotations

from langchain_core.tools import BaseTool, StructuredTool

from agent.parts.memory import Memory


def memory_tools(memory: Memory) -> list[BaseTool]:
    """Return the tools that remember and recall; remembering waits for the person's approval."""

    def remember(fact: str) -> str:
        return f"Remembered: {memory.remember(fact).text}"

    def recall(about: str) -> str:
        found = memory.search(about)
        return "\n".join(item.text for item in found) or "Nothing is remembered about that."

    return [
        StructuredTool.from_function(
            remember, description="Remember a fact about the person for later.", metadata={"changes": True}
        ),
        StructuredTool.from_function(recall, description="Recall what is remembered about something."),
    ]
