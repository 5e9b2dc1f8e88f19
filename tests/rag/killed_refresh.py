"""Refresh an index and die by SIGKILL at the n-th step: python -m tests.rag.killed_refresh FOLDER DATA N.

With N = 0 it survives and prints how many steps there are.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rag.refresh
import rag.storage.backlog
from rag import FolderIndex
from rag.storage.store import Store
from rag.storage.vector_store import VectorStore
from tests.rag.fakes import FakeEmbedder

BATCH = 7
steps = 0


def deadly(method: Callable[..., Any], fatal: int) -> Callable[..., Any]:
    """Count a step before and after each call."""

    def step() -> None:
        global steps
        steps += 1
        if steps == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrapped(*arguments: object) -> object:
        step()
        result = method(*arguments)
        step()
        return result

    return wrapped


def main() -> None:
    folder, data, fatal = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    rag.refresh._BATCH_CHUNKS = rag.storage.backlog.STEP_CHUNKS = BATCH
    for owner, names in ((Store, ("rows", "_many")), (VectorStore, ("upsert", "delete"))):
        for name in names:
            setattr(owner, name, deadly(getattr(owner, name), fatal))
    FolderIndex(folder, data, embedder=FakeEmbedder()).refresh()
    print(steps)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main()
