"""A small folder of documents and an index over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import FolderIndex
from tests.rag.fakes import FakeEmbedder

DOCUMENTS = {
    "office.md": "# Office\n\n## Hours\n\nThe office is closed on Fridays.\n\n## Parking\n\nPark here.\n",
    "notes/bread.txt": "Sourdough needs twelve hours.\n\nRye bread keeps for a week.\n",
    "notes/cheese.txt": "Gouda ripens in a cellar.\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "documents"
    for name, text in DOCUMENTS.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def make_index(tmp_path: Path, embedder: FakeEmbedder) -> Iterator[Callable[..., FolderIndex]]:
    made: list[FolderIndex] = []

    def make(folder: Path, **settings: Any) -> FolderIndex:
        settings = {"embedder": embedder} | settings
        index = FolderIndex(folder, tmp_path / "data", **settings)
        made.append(index)
        return index

    yield make
    for index in made:
        index.close()


@pytest.fixture
def index(folder: Path, make_index: Callable[..., FolderIndex]) -> FolderIndex:
    fresh = make_index(folder)
    fresh.refresh()
    return fresh
