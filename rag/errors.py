"""Errors whose text is meant for the person at the keyboard: what happened, and what to do."""

from __future__ import annotations


class RagError(Exception):
    """Anything that indexing or searching a folder can complain about."""


class FolderError(RagError):
    """The folder is missing, is not a folder, or cannot be read."""


class EmptyFolderError(FolderError):
    """The folder holds nothing that can be indexed."""


class NotIndexedError(RagError):
    """A question was asked before the folder was indexed."""


class IndexBusyError(RagError):
    """Another process is writing the index."""


class IndexDamagedError(RagError):
    """The stored index cannot be read."""


class VectorStoreError(RagError):
    """The Chroma server cannot be reached or refuses to answer."""


class LoadError(RagError):
    """One file cannot be turned into text; its message is the reason shown in the report."""


class VanishedError(LoadError):
    """The file disappeared between the walk and the reading."""
