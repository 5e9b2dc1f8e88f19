"""Whole conversations in a terminal, as a person has them."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("needs a Unix terminal", allow_module_level=True)

import termios

from agent.chat.loop import _Conversation
from agent.configuration.paths import HANDBOOK
from tests.agent.fakes import SMALL_TALK
from tests.agent.terminal import Terminal

PROMPT = "\u203a"


def chat(folder: Path, *arguments: str, columns: int = 90, lines: int = 30, **environment: str) -> Terminal:
    program = ["-m", "tests.agent.chat_program", str(folder), *arguments]
    return Terminal(program, environment, columns, lines)


@pytest.mark.parametrize(("columns", "lines"), [(120, 35), (60, 20), (40, 12)])
def test_a_whole_conversation(folder: Path, columns: int, lines: int) -> None:
    with chat(folder, "--delay", "0.02", columns=columns, lines=lines) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("How tall is the lighthouse?")
        terminal.wait_for("very likely answered (93%)")
        assert "island.md  line 4" in terminal.text
        terminal.type("When was it built?")
        terminal.wait_for("very likely answered (93%)", times=2)
        assert "1871" in terminal.text
        terminal.type("/why")
        terminal.wait_for("the message is for: documents")
        terminal.type("/open 1")
        terminal.wait_for("3  The lighthouse at Marrow Point")
        terminal.type("remember that the ferry is late")
        terminal.wait_for("Allow it?")
        terminal.send("n\r")
        terminal.wait_for("I was told no.")
        terminal.type("remember that the boat is red")
        terminal.wait_for("Allow it?", times=2)
        terminal.send("y\r")
        terminal.wait_for("It is remembered.")
        terminal.type("remember that the cat is grey")
        terminal.wait_for("Allow it?", times=3)
        terminal.send("\x03")
        terminal.wait_for("Stopped. The question is kept.")
        terminal.type("hello")
        terminal.wait_for("word5 ")
        terminal.send("\x03")
        terminal.wait_for("Stopped. The question is kept.", times=2)
        assert "word399" not in terminal.text
        terminal.type("/undo")
        terminal.wait_for("Forgotten: hello")
        terminal.type("/exit")
        assert terminal.wait_for_end() == 0
    with chat(folder, "--resume") as terminal:
        terminal.wait_for("Going on with")
        terminal.wait_for("This question was interrupted")
        terminal.wait_for(PROMPT)
        terminal.type("When was it built?")
        terminal.wait_for("very likely answered (93%)")
        terminal.type("/memory")
        terminal.wait_for("the boat is red")
        assert "the cat is grey" not in terminal.text.rpartition("/memory")[2]
        terminal.send("\x04")
        assert terminal.wait_for_end() == 0


def test_keys_typed_while_a_line_is_dealt_with_are_not_echoed(monkeypatch: pytest.MonkeyPatch) -> None:
    primary, secondary = os.openpty()
    echoing = []

    def handle(*_: object) -> bool:
        echoing.append(bool(termios.tcgetattr(secondary)[3] & termios.ECHO))
        chat.running = False
        return True

    chat: Any = SimpleNamespace(running=True)
    monkeypatch.setattr("agent.chat.loop.handle_line", handle)
    with os.fdopen(secondary) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        _Conversation(chat, SimpleNamespace(read=lambda: "/help")).run()
        assert echoing == [False]
        assert termios.tcgetattr(secondary)[3] & termios.ECHO
    os.close(primary)


def test_who_asks_the_sample_is_told_how_to_ask_a_folder(folder: Path) -> None:
    sample = "It is a sample about deep learning: /docs FOLDER asks a folder of yours."
    for docs, said in ((HANDBOOK, True), (folder, False)):
        with chat(docs) as terminal:
            terminal.wait_for(PROMPT)
            assert (sample in terminal.text) == said
            terminal.send("\x04")
            assert terminal.wait_for_end() == 0


def test_a_long_answer_stands_once_in_the_scrollback(folder: Path) -> None:
    with chat(folder, "--delay", "0.0005", columns=60, lines=12) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("hello")
        terminal.wait_for("word399")
        terminal.wait_for("chat \u00b7")
        said = " ".join(terminal.text.split())
        assert SMALL_TALK in said
        assert said.count("word17 ") == 1


def test_control_c_at_an_empty_prompt_leaves_at_the_second_time(folder: Path) -> None:
    with chat(folder) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("/nonsense")
        terminal.wait_for("There is no command /nonsense.")
        time.sleep(1)  # a Ctrl-C right after the line would be taken for one that stops it
        terminal.send("half a question\x03")
        terminal.send("\x03")
        terminal.wait_for("Press Ctrl-C again")
        terminal.send("\x03")
        assert terminal.wait_for_end() == 0


def test_history_completion_and_several_lines(folder: Path) -> None:
    with chat(folder) as terminal:
        terminal.wait_for(PROMPT)
        terminal.send("/ren\t")
        terminal.wait_for("/rename")
        terminal.send("\x03")
        terminal.type("How tall is the lighthouse?")
        terminal.wait_for("very likely answered")
        terminal.send("\x1b[A")
        terminal.wait_for("How tall is the lighthouse?", times=2)
        terminal.send("\r")
        terminal.wait_for("very likely answered", times=2)
        terminal.send("How tall\x1b\ris the lighthouse?")
        terminal.wait_for("is the lighthouse?", times=3)
        terminal.send("\r")
        terminal.wait_for("very likely answered", times=3)


def test_a_backslash_at_the_end_begins_a_line_wherever_the_cursor_is(folder: Path) -> None:
    with chat(folder) as terminal:
        terminal.wait_for(PROMPT)
        terminal.send("How tall is\\\x1b[D\x1b[D\x1b[D\r")
        terminal.send("the lighthouse?\r")
        terminal.wait_for("very likely answered")
        terminal.type("/threads")
        terminal.wait_for("How tall is the lighthouse?")


def test_control_d_declines_a_tool_on_a_line_of_its_own(folder: Path) -> None:
    with chat(folder) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("remember that the ferry is late")
        terminal.wait_for("Allow it?")
        terminal.send("\x04")
        terminal.wait_for("I was told no.")
        assert "conversation: Declined" not in terminal.text


def test_a_pasted_megabyte_is_refused_and_the_chat_goes_on(folder: Path) -> None:
    with chat(folder) as terminal:
        terminal.wait_for(PROMPT)
        terminal.send("\x1b[200~" + "word " * 200_000 + "\x1b[201~")
        terminal.wait_for("Not pasted: 1,000,000 characters, and a question has at most 2,000.")
        assert "word word" not in terminal.text
        terminal.type("How tall is the lighthouse?")
        terminal.wait_for("very likely answered")
        assert "Not pasted" not in terminal.text


def test_no_colour_when_it_is_not_wanted(folder: Path) -> None:
    with chat(folder, NO_COLOR="1") as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("How tall is the lighthouse?")
        terminal.wait_for("very likely answered")
        codes = re.findall(rb"\x1b\[([\d;]*)m", terminal.raw)
        assert not [code for code in codes if re.search(rb"(^|;)(3[0-8]|4[0-8]|9\d)(;|$)", code)]


def test_a_dumb_terminal_gets_plain_lines(folder: Path) -> None:
    with chat(folder, TERM="dumb") as terminal:
        terminal.wait_for(">")
        terminal.send("How tall is the lighthouse?\n")
        terminal.wait_for("Confidence: very likely answered")
        assert b"\x1b" not in terminal.raw
        terminal.send("\x04")
        assert terminal.wait_for_end() == 0


def test_an_ascii_terminal_gets_ascii(folder: Path) -> None:
    with chat(folder, LANG="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0") as terminal:
        terminal.wait_for(">")
        terminal.type("How tall is the lighthouse?")
        terminal.wait_for("very likely answered (93%) - documents")
        assert terminal.raw.isascii()


def test_a_window_that_changes_its_size(folder: Path) -> None:
    with chat(folder, "--delay", "0.001") as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("hello")
        terminal.wait_for("word50 ")
        terminal.resize(40, 12)
        terminal.wait_for("chat \u00b7")
        terminal.type("How tall is the lighthouse?")
        terminal.wait_for("very likely answered (93%)")


def test_a_killed_chat_loses_only_the_answer_under_way(folder: Path) -> None:
    with chat(folder, "--delay", "0.02") as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("How tall is the lighthouse?")
        terminal.wait_for("very likely answered")
        terminal.type("hello")
        terminal.wait_for("word5 ")
        terminal.kill()
    with chat(folder, "--resume") as terminal:
        terminal.wait_for("This question was interrupted")
        terminal.type("/undo")
        terminal.wait_for("Forgotten: hello")
        terminal.type("When was it built?")
        terminal.wait_for("1871")


def test_a_terminal_that_disappears_ends_the_program(folder: Path) -> None:
    with chat(folder) as terminal:
        terminal.wait_for(PROMPT)
        terminal.hang_up()
        assert terminal.wait_for_end() != 0


def test_control_characters_in_documents_are_shown_not_obeyed(folder: Path) -> None:
    text = "# Towers\n\nThe tower is \x1b]0;gone\x07\x1b[2J 99 feet wide.\n"
    (folder / "evil\x1b[31m.md").write_text(text, "utf-8")
    with chat(folder) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("How wide is the tower?")
        terminal.wait_for("very likely answered")
        assert "\u241b]0;gone" in terminal.text
        assert b"\x1b]0;gone" not in terminal.raw
        assert "evil\u241b[31m.md" in terminal.text


def test_two_chats_on_one_folder(folder: Path) -> None:
    with chat(folder) as first, chat(folder) as second:
        for terminal in (first, second):
            terminal.wait_for(PROMPT)
            terminal.type("How tall is the lighthouse?")
            terminal.wait_for("very likely answered")
        first.type("/threads")
        first.wait_for("How tall is the lighthouse?", times=3)


def test_settings_change_in_the_chat(folder: Path) -> None:
    with chat(folder, columns=60, lines=20) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("/settings colour never")
        terminal.wait_for("colour is never in this chat.")
        coloured = len(terminal.raw)
        terminal.type("How tall is the lighthouse?")
        terminal.wait_for("very likely answered")
        assert not re.search(rb"\x1b\[[\d;]*3[1-7]m", terminal.raw[coloured:])
        terminal.type("/settings passages none")
        terminal.wait_for("The setting passages (this chat) cannot be 'none'")


def test_control_c_just_when_an_answer_is_complete_does_not_end_the_chat(folder: Path) -> None:
    """Whatever the program does at that moment, it goes on."""
    with chat(folder) as terminal:
        for number in range(1, 4):
            terminal.wait_for(PROMPT)
            terminal.type("How tall is the lighthouse?")
            terminal.wait_for("It is 38 metres tall.", times=number)
            terminal.send("\x03")
            terminal.type("/help undo")
            terminal.wait_for("Forget the last question", times=number)
