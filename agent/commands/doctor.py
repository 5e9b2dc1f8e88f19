"""`python main.py doctor`: is everything there, and how is it mended?"""

from __future__ import annotations

from pathlib import Path

import click

from agent.context import docs_option, model_option, open_context, settings_options
from agent.errors import EXIT_ANSWERED, EXIT_USAGE


@click.command("doctor")
@docs_option
@model_option
@settings_options
@click.option("as_json", "--json", is_flag=True, help="Print one JSON object.")
def command(
    docs: tuple[Path, ...],
    model: str | None,
    config: Path | None,
    assignments: tuple[str, ...],
    as_json: bool,
) -> int:
    """Check the installation, the weights, the index and the disk, and say how to mend each.

    The exit code is 2 when something has to be mended.
    """
    context = open_context(docs, model, config, assignments)
    from agent.doctor import examine
    from agent.rendering.escape import one_line, to_json

    findings = []
    good, bad = context.output.text("\u2713 \u2717").split()
    for finding in examine(context.settings, context.paths):
        findings.append(finding)
        if not as_json:  # one by one: loading the models takes seconds
            click.echo(context.output.text(f"{good if finding.good else bad} {one_line(finding.sentence)}"))
    if as_json:
        click.echo(to_json({"checks": [finding.to_json() for finding in findings]}))
    return EXIT_ANSWERED if all(finding.good for finding in findings) else EXIT_USAGE
