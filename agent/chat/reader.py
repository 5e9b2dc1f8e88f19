"""Read lines from a person, with editing, history and completion, or from a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from agent.conversations.question import MOST_CHARACTERS

_MOST_PASTED = 2 * MOST_CHARACTERS
"""Characters of one paste that reach the line; no question is as long, and redrawing stays quick."""

_STYLE = Style.from_dict(
    {  # the terminal's own colours, be it light or dark, as everything else has them
        "completion-menu": "bg:default default",
        "completion-menu.completion.current": "noreverse bg:default ansicyan bold",
        "completion-menu.meta.completion": "bg:default default dim",
        "completion-menu.meta.completion.current": "bg:default default nodim",
        "scrollbar.background": "bg:default",
        "bottom-toolbar": "noreverse",
        "bottom-toolbar.text": "dim",
        "refusal": "ansiyellow nodim",
    }
)

Suggest = Callable[[str, str], Iterable[tuple[str, str]]]
"""Takes a command's name and what is typed; returns completions and their meaning."""


class Reader(Protocol):
    """Where lines come from."""

    def read(self) -> str:
        """Return the next line.

        Raises:
            EOFError: There are no more.
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        ...


class PlainReader:
    """Reads lines from standard input, for pipes and terminals that cannot move their cursor."""

    def __init__(self, prompt: str = "") -> None:
        self._prompt = prompt

    def read(self) -> str:
        """Return the next line."""
        sys.stdout.write(self._prompt)
        sys.stdout.flush()
        line = sys.stdin.buffer.readline()
        if not line:
            raise EOFError
        return line.decode("utf-8", "replace")


class PromptReader:
    """Reads lines from a person at a terminal.

    Args:
        history: File of earlier lines.
        suggest: Completes slash commands.
        status: Returns the line at the foot of the screen, or an empty string.
        prompt: What stands before the line.
        colour: Returns whether colours are shown.
        on_shown: Called once, when the first prompt is on the screen.
    """

    def __init__(
        self,
        history: Path,
        suggest: Suggest,
        status: Callable[[], str],
        prompt: str,
        colour: Callable[[], bool],
        on_shown: Callable[[], object],
    ) -> None:
        self._prompt = FormattedText([("bold ansicyan", prompt)])
        self._colour = colour
        self._on_shown: Callable[[], object] | None = on_shown
        self._refusal = ""
        self._session: PromptSession[str] = PromptSession(
            history=_open_history(history),
            completer=_SlashCompleter(suggest),
            complete_while_typing=True,
            key_bindings=_key_bindings(self._refuse),
            multiline=True,
            prompt_continuation="  ",
            bottom_toolbar=lambda: [("class:refusal", self._refusal)] if self._refusal else status() or None,
            style=_STYLE,
            refresh_interval=0.5,
            reserve_space_for_menu=6,
        )
        self._session.default_buffer.on_text_changed += self._forget_refusal
        self._session.app.after_render += self._tell_shown

    def read(self) -> str:
        """Return the next line, or several where the person made them."""
        self._refusal = ""
        self._session.color_depth = None if self._colour() else ColorDepth.DEPTH_1_BIT
        return self._session.prompt(self._prompt)

    def _refuse(self, reason: str) -> None:
        self._refusal = f" {reason}"

    def _forget_refusal(self, _: object) -> None:
        self._refusal = ""

    def _tell_shown(self, _: object) -> None:
        if self._on_shown is not None:
            self._on_shown()
            self._on_shown = None


class _SlashCompleter(Completer):
    def __init__(self, suggest: Suggest) -> None:
        self._suggest = suggest

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - prompt_toolkit's signature
    ) -> Iterator[Completion]:
        text = document.text_before_cursor
        if not text.startswith("/") or "\n" in text:
            return
        name, blank, rest = text[1:].partition(" ")
        typed = rest.rpartition(" ")[2] if blank else f"/{name}"
        for word, meaning in self._suggest(name if blank else "", typed):
            yield Completion(word, start_position=-len(typed), display_meta=meaning)


def _key_bindings(refuse: Callable[[str], None]) -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.text.endswith("\\"):
            buffer.cursor_position = len(buffer.text)
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @bindings.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @bindings.add("c-c")
    def _(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    @bindings.add(Keys.BracketedPaste)
    def _(event: KeyPressEvent) -> None:
        if len(event.data) > _MOST_PASTED:
            refuse(
                f"Not pasted: {len(event.data):,} characters, and a question has at most "
                f"{MOST_CHARACTERS:,}. Put it into a file of the folder."
            )
            return
        event.current_buffer.insert_text(event.data.replace("\r\n", "\n").replace("\r", "\n"))

    return bindings


def _open_history(file: Path) -> History:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()  # a read-only home costs the history, not the chat
    return _History(str(file))


class _History(FileHistory):
    """Earlier lines in a file; a disk that is full costs the history, not the chat."""

    def store_string(self, string: str) -> None:
        with suppress(OSError):
            super().store_string(string)
