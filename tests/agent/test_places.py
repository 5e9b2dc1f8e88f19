from __future__ import annotations

from pathlib import Path

import pytest

from agent.rendering.places import short


def test_paths_are_short_where_that_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, own = tmp_path / "here", tmp_path / "own"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(own))
    monkeypatch.setenv("USERPROFILE", str(own))
    assert short(here / "docs" / "a.md") == "docs/a.md"
    assert short(Path("docs/a.md")) == "docs/a.md"
    assert short(own / "a.md") == "~/a.md"
    assert short(here) == str(here)
    assert short(tmp_path / "a.md") == str(tmp_path / "a.md")
