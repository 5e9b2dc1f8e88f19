"""The slash command /settings: show the settings, explain one, or change it for this chat."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from agent.chat.slash import SlashCommand, SlashError
from agent.configuration.layers import LoadedSettings, after_changes, change, names, nearest
from agent.configuration.settings import Settings
from agent.configuration.settings_table import SettingRow, as_toml, rows

if TYPE_CHECKING:
    from agent.chat.chat import Chat

_OUTSIDE = ("serve.", "mcp")
"""What a chat cannot change: how the server runs, and a table of several values."""


def show_or_change(chat: Chat, arguments: list[str]) -> None:
    """Show every setting, explain one, or change one for this chat."""
    match arguments:
        case []:
            _show_all(chat)
        case [name]:
            _explain(chat, _row(chat, name))
        case [name, *values]:
            _change(chat, name, values)


def _show_all(chat: Chat) -> None:
    loaded = _now(chat)
    chat.view.table(
        ("setting", "value", "from"),
        ((row.name, row.value, _origin(row, loaded)) for row in rows(loaded)),
        long=1,
    )
    chat.view.say("/settings NAME explains one, /settings NAME VALUE changes it for this chat.", "dim")
    chat.view.say(f"The settings file is {loaded.file}.", "dim")


def _explain(chat: Chat, row: SettingRow) -> None:
    chat.view.say(f"{row.name} is {row.value} ({_origin(row, _now(chat))}).")
    chat.view.say(row.meaning, "dim")


def _change(chat: Chat, name: str, values: list[str]) -> None:
    before = _row(chat, name)
    if name.startswith(_OUTSIDE):
        raise SlashError(f"{name} cannot be changed in a chat: set it in {chat.context.loaded.file}.")
    text = (os.pathsep if name == "docs" else " ").join(values)
    chat.use_settings(change(chat.assembly.settings, name, text))
    after = _row(chat, name)
    if after.value == before.value:
        chat.view.say(f"{name} is {after.value} already.")
        return
    chat.view.say(f"{name} is {after.value} in this chat. {_how_to_keep(chat, name)}")


def _how_to_keep(chat: Chat, name: str) -> str:
    file, value = chat.context.loaded.file, getattr(chat.assembly.settings, name)
    if value == getattr(Settings(), name):
        return f"It is the default: to keep it, leave {name} out of {file}."
    return f"To keep it, write {name} = {as_toml(value)} into {file}."


def _row(chat: Chat, name: str) -> SettingRow:
    for row in rows(_now(chat)):
        if row.name == name:
            return row
    raise SlashError(f"There is no setting {name}.{nearest(name, names(Settings)) or ' See /settings.'}")


def _origin(row: SettingRow, loaded: LoadedSettings) -> str:
    """Name the settings file in one word: its path is told once."""
    return "settings file" if row.origin == str(loaded.file) else row.origin


def _now(chat: Chat) -> LoadedSettings:
    return after_changes(chat.context.loaded, chat.assembly.settings)


def _names(chat: Chat) -> Iterable[str]:  # noqa: ARG001 - completions may depend on the chat
    return (name for name in names(Settings) if not name.startswith(_OUTSIDE))


COMMANDS = (
    SlashCommand(
        "settings",
        "Show the settings, explain one, or change it here.",
        show_or_change,
        "[NAME [VALUE]]",
        _names,
    ),
)
