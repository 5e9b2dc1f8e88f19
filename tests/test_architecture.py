"""The rules of the house: who may import whom, how long a file is, what is imported at the start."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from agent.version import VERSION

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("agent", "corpora", "graphs", "rag", "llm")
MAY_IMPORT = {
    "agent": {"corpora", "graphs", "rag", "llm"},
    "corpora": {"graphs", "rag", "llm"},
    "graphs": {"rag"},
    "rag": set(),
    "llm": set(),
}
"""Rooms that a room may import from besides itself; imports go downward only."""

RAG_FOR_GRAPHS = {"rag.passage", "rag.words"}
"""Graphs know the types of rag and what it takes for words, and nothing that loads or searches."""

LAYERS = {
    "llm": ("tokenization", "model", "inference", "chat"),
    "rag": ("loaders", "storage", "search"),
    "graphs": ("document_qa", "tool_agent", "reasoner", "assistant"),
    "agent": (
        "configuration",
        "conversations",
        "rendering",
        "parts",
        "tools",
        "evaluation",
        "serve",
        "chat",
        "commands",
    ),
}
"""Packages of a room, the lowest first: none imports from one above it."""

MOST_LINES = 500
HEAVY = (
    "torch", "chromadb", "sentence_transformers", "transformers", "langchain_core", "langgraph", "numpy",
    "pydantic", "rich", "prompt_toolkit",
)  # fmt: skip


def files_of(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_downward(room: str) -> None:
    forbidden = {*ROOMS, "tests", "main"} - MAY_IMPORT[room] - {room}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files_of(room)
        for name in imported(path)
        if name.split(".")[0] in forbidden
    ]
    assert not wrong


def test_no_files_import_one_another() -> None:
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for room in ROOMS
        for path in files_of(room)
    }
    needs = {
        name: {known for other in imported(path) if (known := _file_of(other, files)) and known != name}
        for name, path in files.items()
        if path.name != "__init__.py"
    }
    TopologicalSorter(needs).prepare()  # raises CycleError, which names the files


def _file_of(name: str, files: Mapping[str, Path]) -> str | None:
    """Return the file that an import reads: a module, or that of the name that is taken from it."""
    return next((known for known in (name, name.rpartition(".")[0]) if known in files), None)


@pytest.mark.parametrize(("room", "package"), [(room, one) for room in LAYERS for one in LAYERS[room]])
def test_imports_go_downward_within_a_room(room: str, package: str) -> None:
    above = LAYERS[room][LAYERS[room].index(package) + 1 :]
    files = files_of(f"{room}/{package}")
    assert files
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in imported(path)
        if name.startswith(tuple(f"{room}.{other}." for other in above))
    ]
    assert not wrong


def test_graphs_know_only_the_types_of_rag() -> None:
    wrong = [
        f"{path.name} imports {name}"
        for path in files_of("graphs")
        for name in imported(path)
        if name.split(".")[0] == "rag" and ".".join(name.split(".")[:2]) not in RAG_FOR_GRAPHS
    ]
    assert not wrong


def test_the_door_opens_only_the_agent() -> None:
    assert set(imported(ROOT / "main.py")) == {"agent.cli.main"}


@pytest.mark.parametrize("room", [*ROOMS, "tests"])
def test_files_are_short(room: str) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files_of(room)}
    assert not {str(path): length for path, length in lengths.items() if length > MOST_LINES}


@pytest.mark.parametrize("room", ROOMS)
def test_every_file_says_what_it_is(room: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in files_of(room)
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def run_python(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["chat", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    output = run_python(
        "import json, sys\n"
        "from agent.cli import run\n"
        f"code = run({arguments!r})\n"
        "print(json.dumps([code, sorted(sys.modules)]))\n"
    )
    code, modules = json.loads(output.splitlines()[-1])
    assert code == 0
    assert not set(HEAVY) & set(modules)


def test_the_prompt_needs_no_model_library() -> None:
    """The chat's prompt comes before torch and the like; they load while the person types."""
    loaded = set(ast.literal_eval(run_python("import sys, agent.chat.loop; print(list(sys.modules))")))
    assert not {"torch", "chromadb", "transformers", "langchain_core", "langgraph"} & loaded


def test_importing_a_room_is_light() -> None:
    loaded = set(ast.literal_eval(run_python("import sys, llm, rag, graphs; print(list(sys.modules))")))
    assert not {"torch", "chromadb", "transformers"} & loaded


def test_the_version_is_the_one_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
