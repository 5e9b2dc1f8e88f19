"""Slash commands about memory and tools: /memory, /remember, /forget, /tools, /approve."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from agent.chat.slash import SlashCommand, SlashError
from agent.configuration.layers import nearest

if TYPE_CHECKING:
    from agent.chat.chat import Chat


def show_memory(chat: Chat, arguments: list[str]) -> None:
    """Show what is remembered, or what fits some words best."""
    query = " ".join(arguments) or None
    found = chat.assembly.memory.search(query) if query else chat.assembly.memory.all()
    if not found:
        chat.view.say("Nothing is remembered yet: /remember keeps a fact.")
        return
    chat.view.table(("key", "remembered"), ((item.key, item.text) for item in found), long=1)


def remember(chat: Chat, arguments: list[str]) -> None:
    """Keep a fact beyond this conversation."""
    if not arguments:
        raise SlashError("/remember takes what is to be kept.")
    kept = chat.assembly.memory.remember(" ".join(arguments))
    chat.view.say(f"Remembered as {kept.key}: {kept.text}")


def forget(chat: Chat, arguments: list[str]) -> None:
    """Forget what was remembered under a key."""
    gone = chat.assembly.memory.forget(" ".join(arguments)) if arguments else None
    if gone is None:
        raise SlashError("/forget takes the key of one memory: /memory lists them.")
    chat.view.say(f"Forgotten: {gone.text}")


def list_tools(chat: Chat, arguments: list[str]) -> None:  # noqa: ARG001 - every command takes arguments
    """List what the model may call."""
    from graphs.tool_agent.guard import changes_something

    if chat.assembly.workflow == "documents":
        raise SlashError("The model calls no tools in this chat: set workflow to assistant.")
    always = chat.approver.always
    chat.view.table(
        ("tool", "what it does", "approval"),
        (
            (
                tool.name,
                tool.description.split("\n")[0],
                ("not any more" if tool.name in always else "asks you") if changes_something(tool) else "",
            )
            for tool in chat.assembly.tools()
        ),
        long=1,
    )


def approve(chat: Chat, arguments: list[str]) -> None:
    """Allow a tool in this conversation without being asked, or take that back for all."""
    always = chat.approver.always
    if arguments == ["none"]:
        always.clear()
    elif arguments:
        known = _names_of_tools(chat)
        for name in arguments:
            if name not in known:
                raise SlashError(f"There is no tool {name}.{nearest(name, known) or ' See /tools.'}")
        always.update(arguments)
    chat.view.say(f"Allowed without asking: {', '.join(sorted(always)) or 'no tool'}.")


def _names_of_tools(chat: Chat) -> list[str]:
    found: list[str] = []
    chat.work("Loading the tools", lambda _: found.extend(tool.name for tool in chat.assembly.tools()))
    return found


def _keys(chat: Chat) -> Iterable[str]:
    return (item.key for item in chat.assembly.memory.all())


COMMANDS = (
    SlashCommand(
        "memory",
        "Show what is remembered, or what fits some words.",
        show_memory,
        "[WORDS]",
        is_verbatim=True,
    ),
    SlashCommand("remember", "Keep a fact beyond this conversation.", remember, "FACT", is_verbatim=True),
    SlashCommand("forget", "Forget something that was remembered.", forget, "KEY", _keys, is_verbatim=True),
    SlashCommand("tools", "List what the model may call.", list_tools),
    SlashCommand("approve", "Allow a tool without being asked, or none.", approve, "[TOOL|none]"),
)
