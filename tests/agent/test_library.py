from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import FolderUnusableError, HomespunError
from agent.parts.library import Library, check_folder, index_folder
from rag import FolderIndex
from rag.report import FailedFile
from tests.agent.fakes import LIGHTHOUSE, MemoryIndex, open_memory_index


def make_folder(parent: Path, name: str, **texts: str) -> Path:
    folder = parent / name
    folder.mkdir(parents=True)
    for file, text in texts.items():
        (folder / f"{file}.md").write_text(text, encoding="utf-8")
    return folder


def test_one_folder_keeps_its_paths(folder: Path) -> None:
    library = Library([folder], open_memory_index)
    library.refresh()
    [best, *_] = library.retriever(3).invoke("ferry pier")
    assert best.metadata["path"] == "island.md"
    assert library.text("island.md") == LIGHTHOUSE
    assert library.locate("island.md") == folder / "island.md"


def test_several_folders_share_no_path(tmp_path: Path) -> None:
    first = make_folder(tmp_path / "a", "notes", x="# One\n\nThe ferry leaves at 7.")
    second = make_folder(tmp_path / "b", "notes", x="# Two\n\nThe tower is blue.")
    library = Library([first, second], open_memory_index)
    library.refresh()
    assert library.paths() == ["notes/x.md", "notes-2/x.md"]
    assert "tower" in library.text("notes-2/x.md")
    assert library.locate("notes-2/x.md") == second / "x.md"
    for look_up in (library.text, library.locate):
        with pytest.raises(HomespunError, match="none of the folders"):
            look_up("elsewhere/x.md")
    found = library.retriever(4).invoke("blue tower")
    for document in found:
        text = library.text(document.metadata["path"])
        assert text[document.metadata["start"] : document.metadata["end"]] == document.page_content


def test_the_best_of_all_folders_comes_before_the_second_of_one(tmp_path: Path) -> None:
    tower, keeper = "The lighthouse is 31 metres tall.", "The keeper of the lighthouse is tall."
    first = make_folder(tmp_path, "coast", tower=f"# Tower\n\n{tower}", keeper=f"# Keeper\n\n{keeper}")
    second = make_folder(tmp_path, "kitchen", soup="# Soup\n\nBoil the leeks.", bread="# Bread\n\nKnead it.")
    library = Library([first, second], lambda folder: FolderIndex(folder, tmp_path / f"{folder.name}-index"))
    library.refresh()
    found = library.retriever(2).invoke("How tall is the lighthouse?")
    assert [document.metadata["path"] for document in found] == ["coast/tower.md", "coast/keeper.md"]
    library.close()


def test_a_folder_of_unreadable_files_names_the_first(folder: Path) -> None:
    library = Library([folder], lambda _: MemoryIndex({}, [FailedFile("a.bin", "It is no text.")]))
    with pytest.raises(FolderUnusableError, match=r"No file in .*a\.bin: It is no text"):
        library.refresh()


def test_unusable_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(FolderUnusableError, match="does not exist"):
        check_folder(tmp_path / "nothing")
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusableError, match="is no folder"):
        check_folder(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FolderUnusableError, match="is empty"):
        check_folder(tmp_path / "empty")


def test_each_folder_has_one_index(tmp_path: Path) -> None:
    indexes = tmp_path / "indexes"
    (tmp_path / "a" / "notes").mkdir(parents=True)
    (tmp_path / "b" / "notes").mkdir(parents=True)
    places = {index_folder(indexes, tmp_path / name / "notes") for name in "ab"}
    assert len(places) == 2
    (tmp_path / "link").symlink_to(tmp_path / "a" / "notes")
    assert index_folder(indexes, tmp_path / "a" / "notes") in places


@pytest.mark.parametrize("letter", ["x", "\u597d", "\U0001f4da"])
def test_a_folder_of_any_name_has_an_index(tmp_path: Path, letter: str) -> None:
    folder = tmp_path / (letter * (255 // len(letter.encode())))
    index_folder(tmp_path, folder).mkdir()
