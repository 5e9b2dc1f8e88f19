"""A line of the chat: a question, or a slash command."""

from __future__ import annotations

from agent.chat.chat import Chat
from agent.chat.registry import COMMANDS
from agent.chat.slash import find_command
from agent.errors import Cancelled, explain, is_debugging


def handle_line(chat: Chat, line: str) -> bool:
    """Do what a line says; whether it was done in full.

    Errors that a person can mend are shown, and the chat goes on.
    """
    text = line.strip()
    if not text:
        return True
    try:
        if text.startswith("/"):
            name, _, rest = text[1:].partition(" ")
            command = find_command(COMMANDS, name)
            command.run(chat, command.arguments_of(rest))
        else:
            chat.ask(text)
    except (Cancelled, KeyboardInterrupt):
        turns = chat.session.turns
        kept = " The question is kept." if turns and turns[-1].answer is None else ""
        chat.view.say(f"Stopped.{kept}", "yellow")
        return False
    except Exception as error:  # whatever fails, the chat goes on
        _complain(chat, error)
        return False
    return True


def _complain(chat: Chat, error: Exception) -> None:
    sentence = explain(error)
    if sentence is None:
        sentence = (
            f"Homespun made a mistake ({type(error).__name__}: {error}). The conversation is kept; "
            "start with --debug to see where it happened, and please report it."
        )
        if is_debugging():
            chat.view.console.print_exception()
    chat.view.complain(sentence)
