"""Search, read and list the documents."""

from __future__ import annotations

from langchain_core.tools import BaseTool, StructuredTool, ToolException

from agent.errors import HomespunError
from agent.parts.library import Library
from rag.errors import RagError
from rag.passage import Passage

_FOUND = 3
_LINES = 40
_LISTED = 100


def document_tools(library: Library) -> list[BaseTool]:
    """Return the tools that search, read and list the documents of a library."""

    def search_documents(query: str) -> str:
        passages = [Passage.from_document(found) for found in library.retriever(_FOUND).invoke(query)]
        if not passages:
            return "Nothing was found."
        return "\n\n".join(
            f"{passage.path}, lines {passage.start_line}-{passage.end_line}:\n{passage.text.strip()}"
            for passage in passages
        )

    def read_document(path: str, first_line: int = 1) -> str:
        try:
            lines = library.text(path).split("\n")
        except (RagError, HomespunError) as error:
            raise ToolException(f"There is no document {path!r}; list_documents names them.") from error
        first = min(max(first_line, 1), len(lines))
        shown = lines[first - 1 : first - 1 + _LINES]
        rest = len(lines) - first + 1 - len(shown)
        return "\n".join(shown) + (f"\n[{rest} more lines]" if rest > 0 else "")

    def list_documents(contains: str = "") -> str:
        paths = [path for path in library.paths() if contains.casefold() in path.casefold()]
        more = f"\n[{len(paths) - _LISTED} more]" if len(paths) > _LISTED else ""
        return "\n".join(paths[:_LISTED]) + more if paths else "There is no such document."

    return [
        StructuredTool.from_function(
            search_documents, description="Find passages of the documents about something."
        ),
        StructuredTool.from_function(read_document, description="Read a document from a line on."),
        StructuredTool.from_function(
            list_documents, description="List the documents, or those whose path contains some words."
        ),
    ]
