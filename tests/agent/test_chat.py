"""What the chat does with a line, without a terminal."""

from __future__ import annotations

import errno
import io
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from prompt_toolkit.history import FileHistory

from agent.assembly import Assembly
from agent.chat.chat import Chat
from agent.chat.line import handle_line
from agent.chat.loop import _suggest
from agent.chat.reader import _open_history
from agent.chat.registry import COMMANDS
from agent.chat.terminal import echo
from agent.context import open_context
from agent.conversations.session import Session
from agent.conversations.threads import ThreadStore, Turn
from agent.rendering.screen import Screen, make_console
from agent.rendering.view import View
from tests.agent.fakes import MemoryIndex, RuleModel

PLAIN = Screen(interactive=False, colour=False, unicode=True, hyperlinks=False)


class Talk:
    """A chat whose output is kept."""

    def __init__(self, assembly: Assembly, screen: Screen = PLAIN, replies: str = "") -> None:
        self.output = io.StringIO()
        self.replies = list(replies)
        context = open_context(assembly.settings.docs)
        store = ThreadStore(context.paths.database)
        view = View(make_console(screen, self.output), screen)
        self.chat = Chat(context, assembly, Session(assembly, store), view, lambda _: self.replies.pop(0))

    def __call__(self, line: str) -> str:
        begin = self.output.tell()
        handle_line(self.chat, line)
        return self.output.getvalue()[begin:]


def without_codes(said: str) -> str:
    return re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", said)


@pytest.fixture
def talk(assemble: Callable[..., Assembly]) -> Talk:
    return start(assemble)


def start(assemble: Callable[..., Assembly], replies: str = "", model: RuleModel | None = None) -> Talk:
    assembly = assemble(model)
    assembly.workflow = "assistant"
    return Talk(assembly, replies=replies)


def test_a_conversation(talk: Talk) -> None:
    assert talk("How tall is the lighthouse?").startswith("38\n")
    assert talk("When was it built?").startswith("1871\n")
    assert "The documents do not say." in talk("Who painted Guernica?")
    assert [turn.question for turn in talk.chat.session.turns] == [
        "How tall is the lighthouse?", "When was it built?", "Who painted Guernica?",
    ]  # fmt: skip


def test_an_empty_line_does_nothing(talk: Talk) -> None:
    assert talk("   ") == ""


def test_every_command_says_something_sensible_at_the_start(talk: Talk) -> None:
    for name in COMMANDS:
        if name not in ("exit", "export"):
            said = talk(f"/{name}")
            assert said.strip(), name
            assert "mistake" not in said, (name, said)


def test_help_lists_every_command(talk: Talk) -> None:
    said = talk("/help")
    assert all(command.usage in said for command in COMMANDS.values())
    assert "/open" in talk("/help open")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/opne 1", "Did you mean /open?"),
        ("/", "See /help."),
        ("/re", "There is no command /re."),
        ("/open 7", "takes a number from 1 to 1"),
        ("/open x", "takes a number from 1 to 1"),
        ("/why " + "9" * 5000, "takes a number from 1 to 1"),
        ("/why \u0661", "takes a number from 1 to 1"),
        ("/export a\0b.md", "is no name of a file"),
        ("/trace maybe", "on or off"),
        ("/docs /does/not/exist", "does not exist"),
        ("/docs ~nobody-of-that-name/notes", "does not exist"),
        ("/export ~nobody-of-that-name/talk.md", "cannot be written"),
        ("/resume nothing", "no such conversation"),
        ("/forget nothing", "/memory lists them"),
        ("/approve remembr", "There is no tool remembr. Did you mean remember?"),
        ("/export /does/not/exist.md", "cannot be written"),
        ("?!", "The question is empty"),
        ("word " * 300, "200 is the limit"),
    ],
)
def test_mistakes_are_explained_and_the_chat_goes_on(talk: Talk, line: str, said: str) -> None:
    talk("How tall is the lighthouse?")
    assert said in talk(line).replace("\n", " ")
    assert talk("When was it built?").startswith("1871")


@pytest.mark.parametrize("name", ["resume", "forget"])
def test_what_cannot_be_read_completes_nothing(talk: Talk, name: str) -> None:
    paths = talk.chat.context.paths
    paths.data.mkdir(parents=True)
    for file in (paths.database, paths.memory):
        file.write_bytes(b"no database" * 1000)
    assert list(_suggest(talk.chat, name, "a")) == []
    assert "is damaged" in talk(f"/{name} a").replace("\n", " ")


@pytest.mark.parametrize("lacks", ["termios", "standard input"])
def test_without_a_terminal_to_set_every_line_is_dealt_with(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, lacks: str
) -> None:
    if lacks == "termios":  # as on Windows
        monkeypatch.setitem(sys.modules, "termios", None)
    else:
        monkeypatch.setattr(sys, "stdin", None)
    with echo(False):
        assert "/help" in talk("/help")


def test_another_model_is_made_ready_before_it_is_asked(talk: Talk) -> None:
    talk("How tall is the lighthouse?")
    talk("/model other")
    await_preloading()
    assert talk.chat.assembly.missing() is None


def await_preloading() -> None:
    for thread in threading.enumerate():
        if thread.name == "preload":
            thread.join()


def test_a_fault_is_shown_and_the_chat_goes_on(assemble: Callable[..., Assembly]) -> None:
    talk = start(assemble, model=RuleModel(failure="broken wire"))
    assert "broken wire" in talk("How tall is it?")
    assert talk.chat.running
    assert talk.chat.session.turns[-1].answer is None


def test_commands_may_be_shortened(talk: Talk) -> None:
    assert "/help" in talk("/h")


def test_sources_open_and_why(talk: Talk) -> None:
    talk("How tall is the lighthouse?")
    assert talk("/sources") == '[1] island.md, line 4: "It is 38 metres tall."\n'
    excerpt = talk("/open 1")
    assert "island.md, line 4\n" in excerpt
    assert "  4  It is 38 metres tall." in excerpt
    why = talk("/why")
    assert "grade" in why
    assert "96%" in why
    assert "By the documents the question is very likely answered (93%)." in why
    assert "from character" in talk("/why 1")


def test_a_quotation_that_has_moved_is_found_again(talk: Talk) -> None:
    talk("How tall is the lighthouse?")
    [index] = talk.chat.assembly.library.get()._indexes.values()
    assert isinstance(index, MemoryIndex)
    told, quote = index.texts["island.md"], "It is 38 metres tall."
    index.texts["island.md"] = f"{quote}\n\n{told.replace(quote, f'New. {quote}')}"
    shown = talk("/open")
    assert "island.md, line 6 of its text, which has changed" in shown
    assert f"  6  New. {quote}" in shown
    index.texts["island.md"] = told.replace("38", "39")
    assert talk("/open").replace("\n", " ") == (
        "island.md no longer holds this quotation: it has changed, or is another file. "
    )


def test_no_editor_is_started_for_a_quotation_that_is_gone(
    assemble: Callable[..., Assembly], tmp_path: Path
) -> None:
    talk = Talk(assemble(editor=f"touch {tmp_path / 'started'}"))
    talk("How tall is the lighthouse?")
    other = tmp_path / "other"
    other.mkdir()
    (other / "island.md").write_text("# Towers\n\nThe tower is 99 feet wide.\n", "utf-8")
    talk(f"/docs '{other}'")
    assert "no longer holds this quotation" in talk("/open")
    assert not (tmp_path / "started").exists()


def test_an_interrupted_question_changes_nothing_about_the_sources(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked: list[str] = []
    monkeypatch.setattr(View, "sources", lambda _view, _citations, words: marked.append(words))
    talk("How tall is the lighthouse?")
    talk.chat.session.turns.append(Turn(2, "Who was the keeper?", None))
    talk("/sources")
    assert marked[-1].startswith("How tall is the lighthouse? ")


def test_the_editor_of_the_settings_is_started_at_the_line(
    assemble: Callable[..., Assembly], tmp_path: Path, folder: Path
) -> None:
    note = tmp_path / "note"
    assembly = assemble(editor=f"sh -c 'echo \"$@\" > {note}' x +{{line}} {{path}}")
    talk = Talk(assembly)
    talk("How tall is the lighthouse?")
    talk("/open 1")
    assert note.read_text("utf-8") == f"+4 {folder / 'island.md'}\n"


@pytest.mark.parametrize("editor", ["no-such-editor", "code '"])
def test_an_editor_that_cannot_be_started_is_named(assemble: Callable[..., Assembly], editor: str) -> None:
    talk = Talk(assemble(editor=editor))
    talk("How tall is the lighthouse?")
    assert "correct the setting editor" in talk("/open 1").replace("\n", " ")


def test_trace_shows_the_steps(talk: Talk) -> None:
    assert "shown" in talk("/trace on")
    assert "grade: Reading 2 passages" in talk("How tall is the lighthouse?")
    assert "hidden" in talk("/trace")


def test_undo_and_fork(talk: Talk) -> None:
    talk("How tall is the lighthouse?")
    talk("When was it built?")
    first = talk.chat.session.thread
    assert "Forgotten: When was it built?" in talk("/undo")
    talk("/fork another way")
    assert talk.chat.session.thread != first
    talk("When was it built?")
    store = talk.chat.session.store
    assert store is not None
    assert [len(store.turns(thread.id)) for thread in store.threads()] == [2, 1]
    assert "another way" in talk("/threads")


def test_resume_goes_on_where_it_was(talk: Talk, assemble: Callable[..., Assembly]) -> None:
    talk("How tall is the lighthouse?")
    talk("/rename The island")
    later = start(assemble)
    said = later("/resume The island")
    assert "Going on" in said
    assert "38" in said
    assert later("When was it built?").startswith("1871")


@pytest.mark.parametrize("is_set", [False, True])
def test_resume_goes_on_about_the_folders_of_the_conversation(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_set: bool
) -> None:
    other = tmp_path / "towers"
    other.mkdir()
    (other / "tower.md").write_text("# Towers\n\nThe tower is 99 feet wide.\n", "utf-8")
    if is_set:  # which is a default, and names none for this conversation
        monkeypatch.setenv("HOMESPUN_DOCS", str(other))
    talk.chat.context = open_context()  # no folder is named on the command line
    island = talk.chat.assembly.folders
    talk("How tall is the lighthouse?")
    talk("/clear")
    talk(f"/docs '{other}'")
    assert talk("How wide is the tower?").startswith("99")
    assert "Asking" in talk("/resume")
    assert talk.chat.assembly.folders == island
    assert talk("When was it built?").startswith("1871")


def test_resume_says_that_the_folders_of_the_conversation_are_gone(talk: Talk, tmp_path: Path) -> None:
    other = tmp_path / "towers"
    other.mkdir()
    (other / "tower.md").write_text("# Towers\n\nThe tower is 99 feet wide.\n", "utf-8")
    talk.chat.context = open_context()  # no folder is named on the command line
    talk("How tall is the lighthouse?")
    island = talk.chat.assembly.folders[0]
    island.rename(island.with_name("atoll"))
    talk(f"/docs '{other}'")
    talk("/clear")
    assert "is there any more" in talk("/resume").replace("\n", " ")
    assert talk.chat.session.thread is None
    assert talk.chat.session.store is not None
    assert talk.chat.session.store.threads()[0].folders == (str(island),)


def test_folders_without_a_readable_document_are_not_asked(talk: Talk, tmp_path: Path) -> None:
    talk("How tall is the lighthouse?")
    before = talk.chat.assembly.settings, talk.chat.assembly.folders
    other = tmp_path / "pictures"
    other.mkdir()
    (other / "tower.png").touch()
    open_index = talk.chat.assembly._open_index
    talk.chat.assembly._open_index = lambda place: MemoryIndex({}) if place == other else open_index(place)
    assert "There are no documents" in talk(f"/docs '{other}'")
    assert (talk.chat.assembly.settings, talk.chat.assembly.folders) == before
    assert talk("When was it built?").startswith("1871")


def test_the_only_turn_that_is_undone_leaves_no_conversation(talk: Talk) -> None:
    talk("How tall is the lighthouse?")
    talk("/undo")
    assert talk("/threads") == "No conversation is saved yet.\n"
    assert talk("When was it built?").startswith("1871")
    assert "When was it built?" in talk("/threads")


def test_text_behind_a_command_is_taken_as_it_stands(talk: Talk) -> None:
    words = r'C:\new "big" boats'
    assert words in talk(f"/remember {words}")
    assert words in talk(f"/memory {words}")
    assert words in talk(f"/forget {words}")
    talk("How tall is the lighthouse?")
    assert words in talk(f"/rename {words}")
    assert words in talk(f"/resume {words}")
    talk(f"/fork {words} too")
    assert f"{words} too" in talk("/threads")


def test_a_tool_is_allowed_without_asking(assemble: Callable[..., Assembly]) -> None:
    talk = start(assemble)
    assert "Allowed without asking: remember." in talk("/approve remember")
    assert "It is remembered." in talk("remember that it rains")
    assert "no tool" in talk("/approve none")


def test_clear_begins_a_new_conversation(talk: Talk) -> None:
    talk("How tall is the lighthouse?")
    talk("/clear")
    assert talk.chat.session.turns == []
    talk("When was it built?")
    store = talk.chat.session.store
    assert store is not None
    assert len(store.threads()) == 2


def test_export_writes_once(talk: Talk, tmp_path: Path) -> None:
    talk("How tall is the lighthouse?")
    file = tmp_path / "talk.md"
    assert "Written" in talk(f"/export {file}")
    text = file.read_text("utf-8")
    assert "## How tall is the lighthouse?" in text
    assert "> It is 38 metres tall." in text
    assert "exists already" in talk(f"/export {file}")


def test_other_folders(talk: Talk, tmp_path: Path) -> None:
    other = tmp_path / "towers"
    other.mkdir()
    (other / "tower.md").write_text("# Towers\n\nThe tower is 99 feet wide.\n", "utf-8")
    assert str(other) in talk(f"/docs '{other}'")
    assert talk("How wide is the tower?").startswith("99")
    assert "towers: 0 added" in talk("/index")


def test_memory(talk: Talk) -> None:
    assert "Nothing is remembered" in talk("/memory")
    assert "Remembered as" in talk("/remember my boat is red")
    assert "my boat is red" in talk("/memory")
    assert "Forgotten: my boat is red" in talk("/forget my boat")
    assert "Nothing is remembered" in talk("/memory")


@pytest.mark.parametrize(("reply", "said"), [("y", "It is remembered."), ("n", "I was told no.")])
def test_approval(assemble: Callable[..., Assembly], reply: str, said: str) -> None:
    talk = start(assemble, replies=reply)
    output = talk("remember that the ferry is late")
    assert "remember(fact='the ferry is late')" in output
    assert said in output


def test_always_holds_for_the_conversation(assemble: Callable[..., Assembly]) -> None:
    talk = start(assemble, replies="a")
    talk("remember that the ferry is late")
    assert "Allowed, as you said before." in talk("remember that the boat is red")
    assert "not any more" in talk("/tools")
    talk("/clear")
    talk.replies.append("n")
    assert "I was told no." in talk("remember that it rains")


def test_a_read_only_home_costs_the_saving_not_the_answer(
    talk: Talk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.write_text("a file where the folder should be", "utf-8")
    talk.chat.assembly.workflow = "documents"
    said = talk("How tall is the lighthouse?")
    assert said.startswith("38\n")
    assert "This conversation is not saved." in said.replace("\n", " ")
    assert "not saved" not in talk("When was it built?")


def test_a_full_disk_costs_the_history_not_the_chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = _open_history(tmp_path / "history")
    history.append_string("kept")

    def fill(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileHistory, "store_string", fill)
    history.append_string("not kept")
    assert history.get_strings() == ["kept", "not kept"]
