"""The manual `docs/commands.md`, written from the program itself: `python -m agent.manual`.

A test holds the file to what this module writes, so no option is described that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from agent.cli import cli
from agent.configuration.paths import REPOSITORY

MANUAL = REPOSITORY / "docs" / "commands.md"

_HEAD = """# Commands

This page is written by `python -m agent.manual`; do not edit it by hand.
"""
_WIDTH = 100


def manual() -> str:
    """Return the whole manual in Markdown."""
    return "\n".join([_HEAD, *_commands(), *_slash_commands(), *_settings()])


def _commands() -> Iterator[str]:
    context = _context(cli, None, "python main.py")
    yield f"```\n{cli.get_help(context)}\n```\n"
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command is not None:
            yield from _section(command, context, name)


def _section(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    context = _context(command, parent, name)
    yield f"## `{context.command_path}`\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            inner_command = command.get_command(context, inner)
            if inner_command is not None:
                yield from _section(inner_command, context, inner)


def _slash_commands() -> Iterator[str]:
    from agent.chat.registry import COMMANDS

    yield "## In the chat\n\n| command | what it does |\n|---|---|"
    for command in COMMANDS.values():
        usage = command.usage.replace("|", "\\|")
        yield f"| `{usage}` | {command.summary} |"
    yield ""


def _settings() -> Iterator[str]:
    from agent.configuration.layers import load
    from agent.configuration.settings_table import rows

    yield (
        "## Settings\n\nA flag (`--set NAME=VALUE`) wins over an environment variable (`HOMESPUN_NAME`, "
        "`HOMESPUN_SERVE__PORT`), which\nwins over the settings file, which wins over the default. "
        "`python main.py settings` shows where each value comes from.\n\n"
        "| setting | default | what it means |\n|---|---|---|"
    )
    for row in rows(load(MANUAL.with_name("no-such-settings.toml"))):
        yield f"| `{row.name}` | {row.value} | {row.meaning} |"
    yield ""


def _context(command: click.Command, parent: click.Context | None, name: str) -> click.Context:
    settings = dict(command.context_settings) | {"terminal_width": _WIDTH, "max_content_width": _WIDTH}
    return click.Context(command, info_name=name, parent=parent, **settings)


def main() -> None:
    """Write the manual."""
    MANUAL.write_text(manual(), encoding="utf-8")


if __name__ == "__main__":
    main()
