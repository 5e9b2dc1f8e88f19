"""A home of its own for every test, and an assembly of fakes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.assembly import Assembly
from agent.configuration.paths import locate
from agent.configuration.settings import Settings
from tests.agent.fakes import LIGHTHOUSE, RuleModel, open_memory_index


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("HOMESPUN_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "home"
    monkeypatch.setenv("HOMESPUN_HOME", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "island"
    place.mkdir()
    (place / "island.md").write_text(LIGHTHOUSE, encoding="utf-8")
    return place


@pytest.fixture
def assemble(folder: Path) -> Callable[..., Assembly]:
    def build(model: RuleModel | None = None, **settings: Any) -> Assembly:
        chosen = Settings(**({"docs": [folder]} | settings))
        return Assembly(
            chosen,
            locate(),
            open_model=lambda _: model or RuleModel(),
            open_index=open_memory_index,
            open_embedder=lambda _: FixedEmbedder(),
        )

    return build


class FixedEmbedder:
    """Gives texts the vectors of their first letters."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[1.0, float(ord(text[0])) / 100] + [0.01] * 382 for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]
