"""Search, read and list the documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from langchain_core.documents import Document
from langchain_core.tools import BaseTool, StructuredTool, ToolException

from agent.errors import HomespunError
from agent.parts.library import Library
from rag.errors import RagError
from rag.passage import Passage, under_place

_FOUND = 3
_LINES = 40
_LISTED = 100


def document_tools(library: Library) -> list[BaseTool]:
    """Return the tools that search, read and list the documents of a library."""

    def search_documents(query: str) -> tuple[str, list[Document]]:
        found = library.retriever(_FOUND).invoke(query)
        shown = "\n\n".join(Passage.from_document(document).shown() for document in found)
        return shown or "Nothing was found.", found

    def read_document(path: str, first_line: int = 1) -> str:
        found = _meant(path, library.paths())
        try:
            lines = library.text(found).split("\n")
        except (RagError, HomespunError) as error:
            raise ToolException(f"There is no document {path!r}; list_documents names them.") from error
        first = min(max(first_line, 1), len(lines))
        shown = lines[first - 1 : first - 1 + _LINES]
        rest = len(lines) - first + 1 - len(shown)
        text = "\n".join(shown) + (f"\n[{rest} more lines]" if rest > 0 else "")
        return under_place(found, first, first + len(shown) - 1, text)

    def list_documents(contains: str = "") -> str:
        paths = _with_words(contains.casefold().split(), library.paths())
        more = f"\n[{len(paths) - _LISTED} more]" if len(paths) > _LISTED else ""
        return "\n".join(paths[:_LISTED]) + more if paths else "There is no such document."

    return [
        StructuredTool.from_function(
            search_documents,
            description="Find passages of the documents about something.",
            response_format="content_and_artifact",
        ),
        StructuredTool.from_function(read_document, description="Read a document from a line on."),
        StructuredTool.from_function(
            list_documents, description="List the documents, or those whose path contains some words."
        ),
    ]


def _with_words(words: Sequence[str], paths: Sequence[str]) -> list[str]:
    """Return the paths that hold all of some words, or where there are none, those that hold any."""
    found = {path: sum(word in path.casefold() for word in words) for path in paths}
    return [path for path in paths if found[path] == len(words)] or [path for path in paths if found[path]]


def _meant(path: str, paths: Sequence[str]) -> str:
    """Return the only path that a word of what was given names, or what was given."""
    if path in paths:
        return path
    said = {path.casefold(), *path.casefold().split()}
    files = [PurePosixPath(each.casefold()) for each in paths]
    named = [
        each for each, file in zip(paths, files, strict=True) if said & {str(file), file.name, file.stem}
    ]
    return named[0] if len(named) == 1 else path
