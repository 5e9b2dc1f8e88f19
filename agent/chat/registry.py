"""All slash commands, in the order in which /help lists them."""

from __future__ import annotations

from agent.chat import adjust, answers, conversation, documents, memories, program
from agent.chat.chat import Chat
from agent.chat.slash import SlashCommand, find_command


def show_help(chat: Chat, arguments: list[str]) -> None:
    """List the commands, or explain one."""
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


COMMANDS: dict[str, SlashCommand] = {
    command.name: command
    for command in (
        SlashCommand("help", "List the commands, or explain one.", show_help, "[COMMAND]"),
        *documents.COMMANDS,
        *answers.COMMANDS,
        *conversation.COMMANDS,
        *memories.COMMANDS,
        *adjust.COMMANDS,
        *program.COMMANDS,
    )
}
