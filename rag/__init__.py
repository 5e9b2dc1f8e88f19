"""A folder becomes an index; a question becomes ranked passages with exact places.

    from rag import FolderIndex

    with FolderIndex(Path("notes"), Path("cache/notes")) as index:
        index.refresh()
        for passage in index.search("When is the office closed?"):
            print(passage.path, passage.start_line, passage.text)

Names are imported when they are first used, so `import rag` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.errors import RagError
    from rag.folder_index import FolderIndex
    from rag.limits import Limits
    from rag.minilm import MiniLM
    from rag.passage import Passage
    from rag.progress import Progress
    from rag.report import IndexReport

__all__ = ["FolderIndex", "IndexReport", "Limits", "MiniLM", "Passage", "Progress", "RagError"]

_HOMES = {
    "FolderIndex": "rag.folder_index",
    "IndexReport": "rag.report",
    "Limits": "rag.limits",
    "MiniLM": "rag.minilm",
    "Passage": "rag.passage",
    "Progress": "rag.progress",
    "RagError": "rag.errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
