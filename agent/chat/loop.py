"""From the first prompt to the last: `python main.py`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

from agent.assembly import Assembly
from agent.chat.chat import Chat
from agent.chat.conversation import show_resumed
from agent.chat.reader import PlainReader, PromptReader, Reader
from agent.chat.registry import COMMANDS
from agent.context import Context
from agent.errors import EXIT_ANSWERED, HomespunError
from agent.models import is_foreign, weights_folder
from agent.screen import make_console
from agent.session import Session
from agent.threads import ThreadStore
from agent.view import View

_BOUNCE_SECONDS = 0.7
"""A Ctrl-C so soon after the one that stopped an answer is the same wish."""


def run_chat(context: Context, resume: bool = False, thread: str | None = None) -> int:
    """Talk until the person leaves; return the exit code."""
    assembly = Assembly(context.settings, context.paths)
    if not is_foreign(context.settings.model):
        weights_folder(context.settings.model)
    chat = _open_chat(context, assembly)
    _greet(chat)
    _continue_thread(chat, resume, thread)
    assembly.preload()
    _converse(chat, _open_reader(chat))
    return EXIT_ANSWERED


def _open_chat(context: Context, assembly: Assembly) -> Chat:
    screen = context.output
    view = View(make_console(screen), screen, lambda path: assembly.library.get().locate(path))
    store = ThreadStore(context.paths.database, context.settings.threads)
    return Chat(context, assembly, Session(assembly, store), view)


def _greet(chat: Chat) -> None:
    if not chat.view.screen.interactive:
        return
    folders = ", ".join(folder.name for folder in chat.assembly.folders)
    chat.view.say(f"Homespun. Ask about {folders}; /help lists the commands.", "bold")


def _continue_thread(chat: Chat, resume: bool, name: str | None) -> None:
    store = chat.session.store
    if store is None or not (resume or name):
        return
    found = store.find(name) if name else next(iter(store.threads(1)), None)
    if found is None:
        if name:
            raise HomespunError(f"There is no conversation {name!r}: python main.py threads lists them.")
        chat.view.say("No conversation is saved yet; this is a new one.")
        return
    chat.session.resume(found.id)
    show_resumed(chat, found)


def _open_reader(chat: Chat) -> Reader:
    screen = chat.view.screen
    if not (screen.interactive and sys.stdin.isatty()):
        return PlainReader("> " if sys.stdin.isatty() else "")
    return PromptReader(
        chat.context.paths.history,
        lambda name, typed: _suggest(chat, name, typed),
        lambda: _status(chat),
        screen.text("\u203a "),
        screen.colour,
    )


def _converse(chat: Chat, reader: Reader) -> None:
    warned = False
    stopped_at = 0.0
    while chat.running:
        try:
            line = reader.read()
        except EOFError:
            return
        except KeyboardInterrupt:
            if time.monotonic() - stopped_at < _BOUNCE_SECONDS:
                continue
            if warned:
                return
            warned = True
            chat.view.say("Press Ctrl-C again, or Ctrl-D, to leave.", "dim")
            continue
        warned = not chat.handle(line)
        if warned:
            stopped_at = time.monotonic()


def _suggest(chat: Chat, name: str, typed: str) -> Iterable[tuple[str, str]]:
    if not name:
        return [
            (f"/{item.name}", item.summary) for item in COMMANDS.values() if f"/{item.name}".startswith(typed)
        ]
    command = COMMANDS.get(name)
    words = command.suggest(chat) if command else ()
    return [(word, "") for word in words if word.startswith(typed)]


def _status(chat: Chat) -> str:
    missing = chat.assembly.missing()
    return f" loading {missing} ..." if missing else ""
