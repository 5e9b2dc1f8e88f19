"""All slash commands, in the order in which /help lists them."""

from __future__ import annotations

from agent.chat import adjust, answers, conversation, documents, memories, program
from agent.chat.slash import SlashCommand

COMMANDS: dict[str, SlashCommand] = {
    command.name: command
    for command in (
        *program.FIRST,
        *documents.COMMANDS,
        *answers.COMMANDS,
        *conversation.COMMANDS,
        *memories.COMMANDS,
        *adjust.COMMANDS,
        *program.LAST,
    )
}
