"""Slash commands: what they are called, what they take, and how to find one."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from agent.configuration.layers import nearest
from agent.errors import HomespunError

if TYPE_CHECKING:
    from agent.chat.chat import Chat

Run: TypeAlias = "Callable[[Chat, list[str]], None]"
Suggest: TypeAlias = "Callable[[Chat], Iterable[str]]"


class SlashError(HomespunError):
    """A slash command was misused."""


def _nothing(_: Chat) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A command of the chat."""

    name: str
    """Without the slash."""
    summary: str
    run: Run
    arguments: str = ""
    """What it takes, for the help."""
    suggest: Suggest = _nothing
    """Returns what its argument may be."""
    is_verbatim: bool = False
    """Whether it takes the rest of the line as it stands, as one argument: text or a name."""

    @property
    def usage(self) -> str:
        """How it is typed."""
        return f"/{self.name} {self.arguments}".rstrip()

    def arguments_of(self, text: str) -> list[str]:
        """Return what follows the name on a line as arguments."""
        if self.is_verbatim:
            return [text.strip()] if text.strip() else []
        return _words(text)


def _words(text: str) -> list[str]:
    """Return the words of a text, quotation marks obeyed."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def find_command(commands: Mapping[str, SlashCommand], name: str) -> SlashCommand:
    """Return the command of that name, or the only one that begins so.

    Raises:
        SlashError: There is none.
    """
    if name in commands:
        return commands[name]
    begun = [command for key, command in commands.items() if name and key.startswith(name)]
    if len(begun) == 1:
        return begun[0]
    hint = nearest(name, commands) or " See /help."
    raise SlashError(f"There is no command /{name}.{hint.replace('mean ', 'mean /')}")
