"""From the first prompt to the last: `python main.py`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable

from agent.assembly import EMBED_SECONDS, Assembly
from agent.chat.chat import Chat
from agent.chat.conversation import show_resumed
from agent.chat.line import handle_line
from agent.chat.reader import PlainReader, PromptReader, Reader
from agent.chat.registry import COMMANDS
from agent.chat.terminal import echo
from agent.configuration.paths import HANDBOOK
from agent.context import Context
from agent.conversations.session import Session, settings_for
from agent.conversations.threads import Thread, ThreadStore
from agent.errors import EXIT_ANSWERED, HomespunError
from agent.parts.models import is_foreign
from agent.rendering.screen import make_console
from agent.rendering.view import View
from llm.weights_folder import find_weights

_BOUNCE_SECONDS = 0.7
"""A Ctrl-C so soon after the one that stopped an answer is the same wish."""


def run_chat(context: Context, resume: bool = False, thread: str | None = None) -> int:
    """Talk until the person leaves; return the exit code.

    Args:
        context: Settings and screen.
        resume: Whether the last conversation goes on.
        thread: Name of a conversation that goes on.
    """
    store = ThreadStore(context.paths.database, context.settings.threads)
    found = _find_thread(store, resume, thread)
    settings = settings_for(found, context.loaded)
    assembly = Assembly(settings, context.paths, workflow=settings.workflow, embed_seconds=EMBED_SECONDS)
    if not is_foreign(settings.model):
        find_weights(settings.model)  # that they are missing shows now, not at the first question
    try:
        return talk(open_chat(context, assembly, store), found)
    finally:
        assembly.end_tool_servers()  # the process ends without what Python does at its exit


def open_chat(context: Context, assembly: Assembly, store: ThreadStore) -> Chat:
    """Put a chat together."""
    screen = context.output
    view = View(
        make_console(screen),
        screen,
        lambda path: assembly.library.get().locate(path),
        lambda: is_foreign(assembly.settings.model),
    )
    return Chat(context, assembly, Session(assembly, store), view, _asker(context))


def talk(chat: Chat, thread: Thread | None = None) -> int:
    """Greet, load behind the person's back, and converse until they leave; return the exit code."""
    if chat.view.screen.interactive:
        folders = ", ".join(folder.name for folder in chat.assembly.folders)
        chat.view.say(f"Homespun. Ask about the documents in {folders}; /help lists the commands.", "bold")
        if chat.assembly.folders == [HANDBOOK]:
            chat.view.say("It is a sample about deep learning: /docs FOLDER asks a folder of yours.", "dim")
    if thread is not None:
        chat.session.resume(thread.id)
        show_resumed(chat, thread)
    _Conversation(chat, _open_reader(chat)).run()
    return EXIT_ANSWERED


def status_line(assembly: Assembly) -> str:
    """Return what the foot of the screen says: what is still being loaded or embedded, or nothing."""
    missing = assembly.missing()
    if missing:
        return f" loading {missing} ..."
    waiting = sum(report.waiting for report in assembly.reports)
    return f" still embedding {waiting:,} passages ..." if waiting else ""


def _find_thread(store: ThreadStore, resume: bool, name: str | None) -> Thread | None:
    if name:
        return store.named(name)
    if not resume:
        return None
    latest = store.threads(1)
    if not latest:
        raise HomespunError("There is no saved conversation yet: leave --resume out to begin one.")
    return latest[0]


def _asker(context: Context) -> Callable[[str], str]:
    # Lines from a pipe are questions, not replies: nobody is there to approve anything.
    if not sys.stdin.isatty():
        return lambda _: "no"

    def ask(question: str) -> str:
        # input() would write its prompt to standard error.
        sys.stdout.write(context.output.text(question))
        sys.stdout.flush()
        return input()

    return ask


def _open_reader(chat: Chat) -> Reader:
    screen = chat.view.screen
    if not (screen.interactive and sys.stdin.isatty()):
        chat.assembly.preload()
        return PlainReader("> " if sys.stdin.isatty() else "")
    return PromptReader(
        chat.context.paths.history,
        lambda name, typed: _suggest(chat, name, typed),
        lambda: status_line(chat.assembly),
        screen.text("\u203a "),
        lambda: chat.view.screen.colour,
        on_shown=chat.assembly.preload,  # not before: importing would slow the prompt down
    )


class _Conversation:
    """Reads lines and does what they say, until the person leaves.

    Args:
        chat: What is talked to.
        reader: Where lines come from.
    """

    def __init__(self, chat: Chat, reader: Reader) -> None:
        self._chat = chat
        self._reader = reader
        self._warned = False
        self._stopped_at = -_BOUNCE_SECONDS

    def run(self) -> None:
        """Converse. Ctrl-C may come at any moment, also just when an answer is complete."""
        while self._chat.running:
            try:
                self._handle(self._reader.read())
            except EOFError:
                return
            except KeyboardInterrupt:
                if self._wants_to_leave():
                    return

    def _handle(self, line: str) -> None:
        self._warned = False
        with echo(False):  # what is typed meanwhile appears at the next prompt
            done = handle_line(self._chat, line)
        if not done:
            self._stopped_at = time.monotonic()

    def _wants_to_leave(self) -> bool:
        if time.monotonic() - self._stopped_at < _BOUNCE_SECONDS:
            return False
        if not self._warned:
            self._warned = True
            self._chat.view.say("Press Ctrl-C again, or Ctrl-D, to leave.", "dim")
            return False
        return True


def _suggest(chat: Chat, name: str, typed: str) -> Iterable[tuple[str, str]]:
    if not name:
        begun = [item for item in COMMANDS.values() if f"/{item.name}".startswith(typed)]
        return [(f"/{item.name}", item.summary) for item in begun]
    command = COMMANDS.get(name)
    try:
        words = list(command.suggest(chat)) if command else []
    except HomespunError:  # the command itself says so, once it is given
        return []
    return [(word, "") for word in words if word.startswith(typed)]
