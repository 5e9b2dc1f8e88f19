"""Slash commands about the program: /help, /model, /exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.chat.slash import SlashCommand, find_command

if TYPE_CHECKING:
    from agent.chat.chat import Chat


def show_help(chat: Chat, arguments: list[str]) -> None:
    """List the commands, or explain one."""
    from agent.chat.registry import COMMANDS

    if arguments:
        command = find_command(COMMANDS, arguments[0].lstrip("/"))
        chat.view.say(f"{command.usage}\n  {command.summary}")
        return
    chat.view.table(
        ("command", "what it does"), ((item.usage, item.summary) for item in COMMANDS.values()), long=1
    )
    chat.view.say(
        "Anything else is a question. Alt-Enter begins a new line, Ctrl-C stops an answer, Ctrl-D leaves.",
        "dim",
    )


def show_or_choose_model(chat: Chat, arguments: list[str]) -> None:
    """Show the language model, or answer with another from now on."""
    if arguments:
        chat.work("Loading the language model", lambda: chat.assembly.use_model(arguments[0]))
    chat.view.say(f"The language model is {chat.assembly.settings.model}.")


def leave(chat: Chat, arguments: list[str]) -> None:  # noqa: ARG001 - every command takes arguments
    """Leave the chat."""
    chat.running = False


FIRST = (SlashCommand("help", "List the commands, or explain one.", show_help, "[COMMAND]"),)
LAST = (
    SlashCommand("model", "Show the language model, or choose another.", show_or_choose_model, "[NAME]"),
    SlashCommand("exit", "Leave; the conversation stays saved.", leave),
)
