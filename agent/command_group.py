"""A group of commands whose modules are imported only when they are called."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

DEFAULT_COMMAND = "chat"


@dataclass(frozen=True, slots=True)
class CommandPlace:
    """Where a command lives, and its line in the list of commands.

    The line is kept here so that listing the commands imports none of them.
    """

    module: str
    """Module that holds the command as its attribute `command`."""
    summary: str


class ReaderGoneError(Exception):
    """Nobody reads what the program prints any more: it may end, and nothing went wrong."""


class LazyGroup(click.Group):
    """A click group over a registry of modules; without a command it runs the chat."""

    def __init__(self, *args: Any, places: dict[str, CommandPlace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take options without a command as options of the chat.

        A shell that completes the first word, which is when the parsing is resilient, gets all commands.
        """
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        is_of_chat = bool(args) and args[0].startswith("-") and args[0] not in own
        if is_of_chat or not (args or ctx.resilient_parsing):
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the arguments, which is where help is printed."""
        with _reader_may_leave():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        with _reader_may_leave():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of the registry: the common ones first."""
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import a command, or return None when there is none of that name."""
        place = self.places.get(cmd_name)
        if place is None:
            return None
        command = importlib.import_module(place.module).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{place.module}.command is no click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command when the given one does not exist."""
        if args and args[0] not in self.places:
            from agent.configuration.layers import nearest

            hint = nearest(args[0], self.places) or f" See {ctx.command_path} --help."
            if " " in args[0]:
                hint = f" To ask a question, write {ctx.command_path} ask in front of it."
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the list of commands from the registry."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.summary) for name, place in self.places.items()])


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """Raise ReaderGoneError when a reader has seen enough; click and rich would leave with a failure."""
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGoneError from error
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):
            raise ReaderGoneError from error
        raise
