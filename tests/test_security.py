"""What `docs/SECURITY.md` promises of the code as a whole; the parts are tested beside their code."""

from __future__ import annotations

import ast
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import cli
from agent.configuration.settings import Settings
from agent.context import open_context
from graphs import BoundedSqliteSaver
from llm.weights_folder import WEIGHTS
from rag import FolderIndex
from tests.rag.fakes import FakeEmbedder
from tests.test_architecture import ROOMS, ROOT, files_of, imported

UNPICKLES = frozenset("pickle _pickle cPickle cloudpickle dill joblib marshal shelve jsonpickle".split())
"""Modules whose reading of a file can run code that the file holds."""

HOLDS_NO_CODE = frozenset({".json", ".safetensors", ".md", ".txt", ".tiktoken"})


def is_true(call: ast.Call, keyword: str) -> bool:
    values = [given.value for given in call.keywords if given.arg == keyword]
    return any(isinstance(value, ast.Constant) and value.value is True for value in values)


def dangers(source: str) -> Iterator[str]:
    """Yield the calls that run what they are given, or unpickle it."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func)
        if name in ("eval", "exec", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load"):
            yield name
        if name.split(".")[-2:] == ["torch", "load"] and not is_true(call, "weights_only"):
            yield "torch.load without weights_only"
        if is_true(call, "allow_pickle") or is_true(call, "pickle_fallback"):
            yield f"{name} that unpickles"
        if is_true(call, "shell"):
            yield f"{name} in a shell"
        if is_true(call, "trust_remote_code"):
            yield f"{name} that runs code of a model"


@pytest.mark.parametrize(
    "source",
    [
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run(text, shell=True)",
        "eval(text)",
        "AutoModel.from_pretrained(name, trust_remote_code=True)",
    ],
)
def test_a_danger_is_seen(source: str) -> None:
    assert list(dangers(source))


def test_what_is_safe_is_no_danger() -> None:
    assert not list(dangers("model.eval(); torch.load(path, weights_only=True); np.load(path); run(command)"))


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_unpickles(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files_of(room)
        for name in imported(path)
        if name.split(".")[0] in UNPICKLES
    ]
    assert not found


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_runs_what_it_is_given(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {danger}"
        for path in files_of(room)
        for danger in dangers(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_the_shipped_weights_hold_no_code() -> None:
    files = [path for path in WEIGHTS.rglob("*") if path.is_file()]
    assert files
    assert {path.suffix for path in files} <= HOLDS_NO_CODE


def test_saved_states_are_not_unpickled(tmp_path: Path) -> None:
    saver = BoundedSqliteSaver(sqlite3.connect(tmp_path / "states.sqlite"))
    with pytest.raises((NotImplementedError, ValueError)):
        saver.serde.loads_typed(("pickle", b"cos\nsystem\n(S'true'\ntR."))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org"])  # noqa: S104 - refused
def test_nobody_else_is_served_without_a_token(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOMESPUN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HOMESPUN_SERVE__TOKEN", raising=False)
    assert cli.run(["serve", "--host", host]) == 2
    assert "HOMESPUN_SERVE__TOKEN" in capfd.readouterr().err


def test_a_folder_of_documents_is_only_read(tmp_path: Path) -> None:
    (folder := tmp_path / "notes").mkdir()
    (folder / "a.md").write_text("The ferry leaves at 7.30.", encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")

    def content() -> list[tuple[str, int]]:
        return sorted((str(path), path.stat().st_mtime_ns) for path in [folder, *folder.rglob("*")])

    before = content()
    with FolderIndex(folder, tmp_path / "index", embedder=FakeEmbedder()) as index:
        assert index.refresh().added == 1
        assert index.search("When does the ferry leave?")
    assert content() == before


def test_a_folder_of_documents_sets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder := tmp_path / "notes").mkdir()
    for name in ("settings.toml", "homespun.toml", ".homespun.toml", "pyproject.toml"):
        (folder / name).write_text('editor = "rm"\n[mcp.evil]\ncommand = "rm"\n', encoding="utf-8")
    (folder / ".env").write_text("HOMESPUN_EDITOR=rm\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("HOMESPUN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOMESPUN_HOME", str(tmp_path / "home"))
    settings = open_context((folder,), None, None, ()).settings
    assert settings == Settings(docs=[folder])
