"""Slash commands about the program: /model, /exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.chat.slash import SlashCommand

if TYPE_CHECKING:
    from agent.chat.chat import Chat


def show_or_choose_model(chat: Chat, arguments: list[str]) -> None:
    """Show the language model, or answer with another from now on."""
    if arguments:
        chat.work("Loading the language model", lambda cancel: chat.assembly.use_model(arguments[0], cancel))
        chat.assembly.preload()
    chat.view.say(f"The language model is {chat.assembly.settings.model}.")


def leave(chat: Chat, arguments: list[str]) -> None:  # noqa: ARG001 - every command takes arguments
    """Leave the chat."""
    chat.running = False


COMMANDS = (
    SlashCommand("model", "Show the language model, or choose another.", show_or_choose_model, "[NAME]"),
    SlashCommand("exit", "Leave; the conversation stays saved.", leave),
)
