"""What the documents say about the repository is so: links, file names, tests, arrows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_architecture import ROOMS, ROOT, files_of, imported

FOREIGN = {"build", "mutants", "runs", "node_modules", "texts", "toolboxes"}
"""Folders of things that were made here, and of texts about invented things."""

ROOTS = (*ROOMS, "tests", "docs", "examples")
"""Folders at the top of the repository; only names that begin with one can be checked."""

LINK = re.compile(r"(?<!\\)\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
NAMED = re.compile(rf"`((?:{'|'.join(ROOTS)})/[\w./-]*)(?:::(\w+))?`")


def markdown() -> list[Path]:
    """Return the Markdown files of the repository, those folders and hidden ones left out."""

    def is_ours(path: Path) -> bool:
        folders = path.relative_to(ROOT).parts[:-1]
        return not any(folder in FOREIGN or folder.startswith(".") for folder in folders)

    return sorted(path for path in ROOT.rglob("*.md") if is_ours(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.casefold()).strip().replace(" ", "-") for heading in headings}


def test_there_is_something_to_check() -> None:
    found = {name_of(path) for path in markdown()}
    assert {"README.md", "CONTRIBUTING.md", "docs/graphs.md", "docs/tutorial.md"} <= found
    assert any(LINK.search(prose(path)) for path in markdown())


@pytest.mark.parametrize("path", markdown(), ids=name_of)
def test_relative_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in LINK.findall(prose(path)):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        is_missing = not target.exists() or not target.is_relative_to(ROOT)
        if is_missing or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


OWN = [path for path in markdown() if "handbook" not in path.parts]


@pytest.mark.parametrize("path", OWN, ids=name_of)
def test_files_that_are_named_exist(path: Path) -> None:
    named = set(NAMED.findall(prose(path)))
    assert not [name for name, _ in named if not (ROOT / name).exists()]
    for name, test in named:
        if test:
            assert f"def {test}(" in (ROOT / name).read_text(encoding="utf-8"), f"{name}::{test}"


@pytest.mark.parametrize("path", OWN, ids=name_of)
def test_no_document_knows_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"(?<![\w.~])/(?:work|root|tmp|Users)/\S*", text)


def test_the_drawing_shows_the_imports() -> None:
    """The arrows of the architecture page are the imports between packages, no more and no fewer."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    [drawing] = re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL)
    drawn = set(re.findall(r"^\s*(\w+)(?:\[[^\]]*\])? --> (\w+)", drawing, re.MULTILINE))
    files = {room: files_of(room) for room in ROOMS} | {"main": [ROOT / "main.py"]}
    real = {
        (room, name.split(".")[0])
        for room, paths in files.items()
        for path in paths
        for name in imported(path)
        if name.split(".")[0] in ROOMS
    }
    assert drawn == {(room, other) for room, other in real if room != other}
