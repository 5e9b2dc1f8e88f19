"""Slash commands about the folders: /docs and /index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.chat.slash import SlashCommand
from agent.configuration.paths import expand_home
from agent.rendering.counts import indexed

if TYPE_CHECKING:
    from agent.chat.chat import Chat
    from rag.report import IndexReport

_MOST_FAILURES = 20


def show_or_choose(chat: Chat, arguments: list[str]) -> None:
    """Show the folders, or ask others from now on."""
    if arguments:
        folders = [expand_home(argument) for argument in arguments]
        chat.work("Changing the folders", lambda cancel: chat.assembly.use_folders(folders, cancel))
        chat.assembly.preload()
    for folder in chat.assembly.folders:
        chat.view.say(f"  {folder}")


def refresh(chat: Chat, arguments: list[str]) -> None:  # noqa: ARG001 - every command takes arguments
    """Read what changed in the folders and say what was done."""
    chat.work("Reading the documents", lambda _: chat.assembly.refresh())  # Ctrl-C stops waiting for it
    for folder, report in zip(chat.assembly.folders, chat.assembly.reports, strict=False):
        chat.view.say(f"{folder.name}: {indexed(report)}{_waiting(report)}")
        for failure in report.failed[:_MOST_FAILURES]:
            chat.view.say(f"  {failure.path}: {failure.reason}", "yellow")
        if len(report.failed) > _MOST_FAILURES:
            chat.view.say(f"  and {len(report.failed) - _MOST_FAILURES} more", "yellow")


def _waiting(report: IndexReport) -> str:
    return f", {report.waiting} of them found by their words only so far" if report.waiting else ""


COMMANDS = (
    SlashCommand(
        "docs", "Show the folders that are asked, or choose others.", show_or_choose, "[FOLDER ...]"
    ),
    SlashCommand("index", "Read again what changed in the folders.", refresh),
)
