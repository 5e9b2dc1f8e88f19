"""`python main.py index FOLDER`: read a folder ahead of the questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.context import open_context, settings_options
from agent.errors import EXIT_ANSWERED

if TYPE_CHECKING:
    from rag.report import IndexReport


@click.command("index")
@click.argument("folder", type=click.Path(path_type=Path))
@settings_options
@click.option("as_json", "--json", is_flag=True, help="Print one JSON object.")
def command(folder: Path, config: Path | None, assignments: tuple[str, ...], as_json: bool) -> int:
    """Read FOLDER, so that questions about it are answered at once.

    Only files that are new or changed are read. Files that cannot be read are listed with the reason, and
    are tried again the next time.
    """
    context = open_context([folder], None, config, assignments)
    from agent.assembly import Assembly
    from agent.escape import to_json
    from agent.progress_line import ProgressLine

    assembly = Assembly(context.settings, context.paths)
    with ProgressLine(context.messages.interactive) as line:
        assembly.progress = line.indexing
        line.say("Reading the documents")
        [report] = assembly.refresh()
    if as_json:
        click.echo(to_json(report.to_json()))
    else:
        click.echo(context.output.text("\n".join(report_lines(report))))
    return EXIT_ANSWERED


def report_lines(report: IndexReport) -> list[str]:
    """Return what an indexing did, as lines for people."""
    from agent.escape import one_line

    counts = f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged, "
    counts += f"{report.removed} removed, {len(report.failed)} failed"
    lines = [f"{counts}; {report.chunks} passages in {report.seconds:.1f} s"]
    lines += [f"  {one_line(failure.path)}: {one_line(failure.reason)}" for failure in report.failed]
    return lines
