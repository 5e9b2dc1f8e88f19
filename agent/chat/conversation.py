"""Slash commands about saved conversations: /threads, /resume, /fork, /undo, /rename, /export, /clear."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from agent.chat.slash import SlashCommand, SlashError
from agent.configuration.paths import expand_home
from agent.conversations.threads import Thread, ThreadStore
from agent.rendering.ages import age
from agent.rendering.counts import counted
from agent.rendering.export import as_markdown
from agent.rendering.places import short

if TYPE_CHECKING:
    from agent.chat.chat import Chat


def list_threads(chat: Chat, arguments: list[str]) -> None:  # noqa: ARG001 - every command takes arguments
    """List the saved conversations, the last used first."""
    threads = _store(chat).threads()
    if not threads:
        chat.view.say("No conversation is saved yet.")
        return
    chat.view.table(
        ("", "id", "title", "", "last used"),
        (
            ("*" if thread.id == chat.session.thread else "", thread.id, thread.title,
             counted(thread.turns, "turn"), age(thread.updated))
            for thread in threads
        ),
        long=2,
    )  # fmt: skip


def resume(chat: Chat, arguments: list[str]) -> None:
    """Go on with a saved conversation: the one named, if only by how its id begins, or the last one."""
    store = _store(chat)
    if arguments:
        name = " ".join(arguments)
        found = store.find(name) or store.begun(name)  # ids are typed by hand here
    else:
        found = next((thread for thread in store.threads() if thread.id != chat.session.thread), None)
    if found is None:
        raise SlashError("There is no such conversation: see /threads.")
    _ask_its_folders(chat, found)
    chat.session.resume(found.id)
    chat.approver.always.clear()
    show_resumed(chat, found)


def _ask_its_folders(chat: Chat, thread: Thread) -> None:
    """Go on about the folders of the conversation, where the command line names no others."""
    if chat.context.loaded.names_folders:
        return
    folders = thread.folders_left()
    if not folders or folders == chat.assembly.folders:
        return
    chat.work("Changing the folders", lambda cancel: chat.assembly.use_folders(folders, cancel))
    chat.assembly.preload()
    chat.view.say(f"Asking {', '.join(map(short, folders))} now.", "dim")


def show_resumed(chat: Chat, thread: Thread) -> None:
    """Say which conversation goes on, and show its last turn."""
    chat.view.say(f"Going on with \u201c{thread.title}\u201d ({counted(thread.turns, 'turn')}).", "cyan")
    if chat.session.turns:
        turn = chat.session.turns[-1]
        chat.view.say(f"\u203a {turn.question}", "bold")
        if turn.answer:
            chat.view.answer(turn.question, turn.answer)
        else:
            chat.view.say("This question was interrupted: ask it again to get its answer.", "yellow")


def fork(chat: Chat, arguments: list[str]) -> None:
    """Go on with a copy of this conversation; the original stays as it is."""
    copy = _store(chat).fork(_current(chat))
    if arguments:
        _store(chat).rename(copy, " ".join(arguments))
    chat.session.resume(copy)
    chat.view.say(f"This is now a copy, {copy}; the original stays as it was.")


def undo(chat: Chat, arguments: list[str]) -> None:  # noqa: ARG001 - every command takes arguments
    """Forget the last question and its answer."""
    turn = chat.session.undo()
    if turn is None:
        raise SlashError("There is nothing to undo.")
    chat.view.say(f"Forgotten: {turn.question}")


def rename(chat: Chat, arguments: list[str]) -> None:
    """Give this conversation a title."""
    title = " ".join(arguments).strip()
    if not title:
        raise SlashError("/rename takes the new title.")
    _store(chat).rename(_current(chat), title)
    chat.view.say(f"This conversation is now called \u201c{title}\u201d.")


def export(chat: Chat, arguments: list[str]) -> None:
    """Write the conversation into a Markdown file, which must not exist yet."""
    if not chat.session.turns:
        raise SlashError("There is nothing to export yet: ask a question first.")
    file = expand_home(" ".join(arguments) or f"homespun-{chat.session.thread or 'chat'}.md")
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(as_markdown(chat.session.turns))
    except FileExistsError:
        raise SlashError(f"{file} exists already: name another file.") from None
    except OSError as error:
        raise SlashError(f"{file} cannot be written ({error.strerror}): name another file.") from None
    except ValueError:  # half a character, or a NUL
        raise SlashError(f"{str(file)!r} is no name of a file: name another.") from None
    chat.view.say(f"Written to {file.absolute()}.")


def clear(chat: Chat, arguments: list[str]) -> None:  # noqa: ARG001 - every command takes arguments
    """Begin a new conversation on a clean screen; the old one stays saved."""
    chat.session.restart()
    chat.approver.always.clear()
    if chat.view.screen.interactive:
        chat.view.console.clear()
    chat.view.say("A new conversation.")


def _store(chat: Chat) -> ThreadStore:
    if chat.session.store is None:
        raise SlashError("Conversations are not saved in this chat.")
    return chat.session.store


def _current(chat: Chat) -> str:
    if chat.session.thread is None:
        raise SlashError("This conversation is not saved yet: ask a question first.")
    return chat.session.thread


def _thread_ids(chat: Chat) -> Iterable[str]:
    return (thread.id for thread in chat.session.store.threads()) if chat.session.store else ()


COMMANDS = (
    SlashCommand("threads", "List the saved conversations.", list_threads),
    SlashCommand(
        "resume",
        "Go on with a saved conversation, or with the last.",
        resume,
        "[ID]",
        _thread_ids,
        is_verbatim=True,
    ),
    SlashCommand("fork", "Go on with a copy of this conversation.", fork, "[TITLE]", is_verbatim=True),
    SlashCommand("undo", "Forget the last question and its answer.", undo),
    SlashCommand("rename", "Give this conversation a title.", rename, "TITLE", is_verbatim=True),
    SlashCommand("export", "Write this conversation into a Markdown file.", export, "[FILE]"),
    SlashCommand("clear", "Begin a new conversation on a clean screen.", clear),
)
