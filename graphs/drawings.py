"""Draw the graphs into `docs/graphs.md`: `python -m graphs.drawings`.

A test checks that the drawings there are those of the code.
"""

from __future__ import annotations

import re
from pathlib import Path

from graphs.assistant.graph import build_assistant
from graphs.benchmark import InstantModel, InstantRetriever, look
from graphs.document_qa.graph import build_document_qa
from graphs.reasoner.graph import build_reasoner
from graphs.tool_agent.graph import build_tool_agent

PAGE = Path(__file__).parent.parent / "docs" / "graphs.md"

_BLOCK = re.compile(r"<!-- (\w+) -->\n```mermaid\n.*?```\n", re.DOTALL)
_STYLE = re.compile(
    r"^---\n.*?\n---\n|^\tclassDef [^\n]*\n|<hr/>[^\n]*?</small>|:::\w+", re.DOTALL | re.MULTILINE
)


def draw() -> dict[str, str]:
    """Return the Mermaid drawing of each graph by its name."""
    model, retriever = InstantModel(), InstantRetriever()
    graphs = (
        build_document_qa(model, retriever),
        build_tool_agent(model, [look]),
        build_reasoner(model, retriever, [look]),
        build_assistant(model, retriever, [look]),
    )
    return {graph.name: _STYLE.sub("", graph.get_graph().draw_mermaid()) for graph in graphs}


def refresh(page: str) -> str:
    """Return a page of documentation with its drawings brought up to date."""
    drawings = draw()
    return _BLOCK.sub(lambda match: f"<!-- {match[1]} -->\n```mermaid\n{drawings[match[1]]}```\n", page)


if __name__ == "__main__":
    PAGE.write_text(refresh(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
