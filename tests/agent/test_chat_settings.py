"""The slash command /settings."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.assembly import Assembly
from agent.configuration.settings import Settings
from agent.errors import Cancelled, HomespunError
from agent.parts.part import Part
from agent.rendering.screen import Screen, make_console
from rag.errors import RagError
from rag.progress import Progress
from rag.report import IndexReport
from tests.agent.conftest import FixedEmbedder
from tests.agent.fakes import MemoryIndex, RuleModel, open_memory_index
from tests.agent.test_chat import Talk, await_preloading

Assemble = Callable[..., Assembly]


@pytest.fixture
def talk(assemble: Assemble) -> Talk:
    return Talk(assemble())


def words(said: str) -> str:
    return " ".join(said.split())


def test_all_settings_are_shown_with_their_origin(talk: Talk, home: Path) -> None:
    said = words(talk("/settings"))
    assert "passages 6 default" in said
    assert f"The settings file is {home / 'config' / 'settings.toml'}." in said


def test_one_setting_is_explained(talk: Talk) -> None:
    said = talk("/settings passages")
    assert "passages is 6 (default)." in said
    assert "Passages that are read for a question." in said


def test_a_change_holds_in_this_chat_and_says_how_to_keep_it(talk: Talk, home: Path) -> None:
    said = words(talk("/settings passages 1"))
    assert "passages is 1 in this chat." in said
    assert f"To keep it, write passages = 1 into {home / 'config' / 'settings.toml'}." in said
    assert "passages 1 this chat" in words(talk("/settings"))
    talk("/trace on")
    assert "Reading 1 passages" in talk("How tall is the lighthouse?")
    assert "is 6 in this chat. It is the default" in words(talk("/settings passages default"))
    assert "is 6 already" in talk("/settings passages 6")
    assert not home.joinpath("config").exists()


def test_text_is_kept_as_toml(talk: Talk) -> None:
    assert 'editor = "code -g {path}:{line}"' in words(talk("/settings editor code -g {path}:{line}"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/settings pasages 3", "There is no setting pasages. Did you mean passages?"),
        ("/settings pasages", "Did you mean passages?"),
        ("/settings passages many", "The setting passages (this chat) cannot be 'many'"),
        ("/settings passages 0", "cannot be '0'"),
        ("/settings colour perhaps", "'auto', 'always' or 'never'"),
        ("/settings serve.port 80", "cannot be changed in a chat"),
        ("/settings docs /does/not/exist", "does not exist"),
        ("/settings model nothing", "There are no weights"),
    ],
)
def test_what_cannot_be_is_explained_and_nothing_changes(
    assemble: Assemble, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    talk = Talk(assemble())
    monkeypatch.setattr(talk.chat.assembly, "_open_model", _open_nothing)
    before = talk.chat.assembly.settings
    assert said in words(talk(line))
    assert talk.chat.assembly.settings == before


def _open_nothing(settings: Settings) -> None:
    from llm.weights_folder import find_weights

    find_weights(settings.model)


def test_the_folders_that_are_asked_are_a_setting_too(talk: Talk, tmp_path: Path) -> None:
    other = tmp_path / "towers"
    other.mkdir()
    (other / "tower.md").write_text("# Towers\n\nThe tower is 99 feet wide.\n", "utf-8")
    talk(f"/docs '{other}'")
    talk("/settings history 2")
    assert talk("How wide is the tower?").startswith("99")
    assert f"docs is {other}" in talk("/settings docs").replace("\n", "")


def test_what_a_change_forgets_is_made_ready_before_it_is_asked(talk: Talk) -> None:
    talk("How tall is the lighthouse?")
    talk("/settings passages 1")
    await_preloading()
    assert talk.chat.assembly.missing() is None


def test_memories_are_found_with_another_embedder(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk("/remember my boat is red")
    assert "my boat is red" in talk("/memory boat")
    monkeypatch.setattr(FixedEmbedder, "embed_documents", lambda _, texts: [[1.0, 0.5] for _ in texts])
    talk("/settings embedder other")
    assert "my boat is red" in talk("/memory boat")


def test_colours_change_at_once(assemble: Assemble) -> None:
    talk = Talk(assemble(RuleModel()), Screen(True, True, True, False))
    talk.chat.view.console = make_console(talk.chat.view.screen, talk.output)
    assert "is not" not in talk("/settings colour always")
    assert talk.chat.view.screen.colour
    assert talk.chat.view.console.file is talk.output
    talk("/settings colour never")
    assert not talk.chat.view.screen.colour
    assert isinstance(talk.chat.view.console.file, io.StringIO)


def test_trace_is_switched(talk: Talk) -> None:
    talk("/settings trace true")
    assert "grade: Reading" in talk("How tall is the lighthouse?")


def test_fewer_conversations_are_kept_from_the_next_one_on(talk: Talk) -> None:
    for question in ("How tall is the lighthouse?", "When was it built?", "Who was its keeper?"):
        talk("/clear")
        talk(question)
    assert "threads is 1 in this chat" in talk("/settings threads 1")
    talk("/clear")
    talk("When does the ferry leave?")
    assert talk.chat.session.store is not None
    assert [thread.title for thread in talk.chat.session.store.threads()] == ["When does the ferry leave?"]


@pytest.mark.parametrize("line", ["/settings embedder nonsense", "/settings chroma_url http://127.0.0.1:9"])
def test_what_no_index_opens_with_changes_nothing(assemble: Assemble, line: str) -> None:
    assembly = assemble()
    talk, before = Talk(assembly), assembly.settings

    def open_index(folder: Path) -> MemoryIndex:
        assembly.embedder.get()
        if assembly.settings.chroma_url:
            raise RagError("The server does not answer.")
        return open_memory_index(folder)

    def open_embedder() -> FixedEmbedder:
        if assembly.settings.embedder:
            raise HomespunError("There is no such model.")
        return FixedEmbedder()

    assembly._open_index = open_index
    assembly.embedder = Part("the embedding model", open_embedder)
    talk("How tall is the lighthouse?")
    said = words(talk(line))
    assert "To keep it" not in said
    assert said.startswith(("There is no such model.", "The server does not answer."))
    assert assembly.settings == before
    assert talk("When was it built?").startswith("1871")


@pytest.mark.parametrize("is_late", [False, True])
def test_a_change_that_is_stopped_is_none(assemble: Assemble, tmp_path: Path, is_late: bool) -> None:
    assembly, cancel = assemble(), threading.Event()
    before = assembly.settings, assembly.folders

    class StoppedIndex(MemoryIndex):
        def refresh(self, progress: Callable[[Progress], None] | None = None) -> IndexReport:
            assert progress is not None
            cancel.set()  # as Ctrl-C does while the folder is read
            if not is_late:
                progress(Progress(1, 2, 0, 0, seconds=1.0))
                raise AssertionError("It was read on.")
            return super().refresh(progress)

    tower = tmp_path / "towers"
    tower.mkdir()
    (tower / "tower.md").write_text("# Towers", "utf-8")
    assembly._open_index = lambda _: StoppedIndex({"tower.md": "# Towers"})
    with pytest.raises(Cancelled):
        assembly.use_folders([tower], cancel)
    assert (assembly.settings, assembly.folders) == before
    await_preloading()
    with pytest.raises(Cancelled):  # while the model was loaded
        assembly.use_model("other", cancel)
    assert assembly.settings == before[0]
