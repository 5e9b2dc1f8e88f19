"""`python main.py completion SHELL`: the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_PROGRAM = "homespun"
_VARIABLE = "_HOMESPUN_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of your SHELL for the command homespun.

    For bash: homespun completion bash >> ~/.bashrc
    """
    from agent.cli import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    try:
        click.echo(kind(cli, {}, _PROGRAM, _VARIABLE).source())
    except RuntimeError as error:  # bash itself is missing or too old
        raise click.ClickException(str(error)) from error
