"""`python main.py settings`: every setting, its value, and where the value comes from."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from agent.context import open_context, settings_options


@click.command("settings")
@settings_options
@click.option("as_json", "--json", is_flag=True, help="Print one JSON object.")
@click.option("--template", is_flag=True, help="Print a settings file in which everything is explained.")
def command(config: Path | None, assignments: tuple[str, ...], as_json: bool, template: bool) -> None:
    """Show every setting and where its value comes from.

    A flag wins over an environment variable, which wins over the settings file, which wins over the
    default.
    """
    if template and as_json:
        raise click.UsageError("--template prints TOML and --json prints JSON: give one of them.")
    context = open_context(config=config, assignments=assignments)
    from agent.configuration.settings_table import rows, template_lines
    from agent.rendering.escape import to_json

    table = list(rows(context.loaded))
    if template:
        click.echo("\n".join(template_lines()))
    elif as_json:
        click.echo(to_json({row.name: asdict(row) for row in table}))
    else:
        width = max(len(row.name) for row in table)
        for row in table:
            click.echo(context.output.text(f"{row.name:{width}}  {row.value}  ({row.origin})"))
            click.echo(context.output.text(f"{'':{width}}    {row.meaning}"))
        click.echo(f"\nThe settings file is {context.loaded.file}.")
