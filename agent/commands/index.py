"""`python main.py index FOLDER`: read a folder ahead of the questions."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.context import Context, chroma_option, open_context, settings_options
from agent.errors import EXIT_ANSWERED

if TYPE_CHECKING:
    from agent.assembly import Assembly
    from agent.rendering.progress_line import ProgressLine
    from rag.report import FailedFile, IndexReport


@click.command("index")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--watch", is_flag=True, help="Stay and follow changes of the folder; Ctrl-C ends it.")
@chroma_option
@settings_options
@click.option("as_json", "--json", is_flag=True, help="Print one JSON object; with --watch, one a line.")
def command(
    folder: Path,
    watch: bool,
    chroma_url: str | None,
    config: Path | None,
    assignments: tuple[str, ...],
    as_json: bool,
) -> int:
    """Read FOLDER, so that questions about it are answered at once.

    Only files that are new or changed are read. Files that cannot be read are listed with the reason, and
    are tried again the next time.
    """
    context = open_context([folder], None, config, assignments, chroma_url)
    from agent.assembly import Assembly
    from agent.rendering.progress_line import ProgressLine

    assembly = Assembly(context.settings, context.paths)
    with ProgressLine(context.messages.interactive) as line:
        assembly.progress = line.indexing
        line.say("Reading the documents")
        [report] = assembly.refresh()
        reporter = _Reporter(context, line, as_json)
        reporter.show(report)
        if watch:
            _follow(assembly, reporter, line)
    return EXIT_ANSWERED


def report_lines(report: IndexReport, shown: frozenset[FailedFile] = frozenset()) -> list[str]:
    """Return what an indexing did, as lines for people.

    Args:
        report: What was done.
        shown: Failures that the person knows already.
    """
    from agent.rendering.counts import indexed
    from agent.rendering.escape import one_line

    lines = [f"{indexed(report)} in {report.seconds:.1f} s"]
    new = [failure for failure in report.failed if failure not in shown]
    lines += [f"  {one_line(failure.path)}: {one_line(failure.reason)}" for failure in new]
    return lines


class _Reporter:
    """Prints one report after the other; a failure is named once, as long as it stays the same."""

    def __init__(self, context: Context, line: ProgressLine, as_json: bool) -> None:
        self._context = context
        self._line = line
        self._as_json = as_json
        self._known: frozenset[FailedFile] = frozenset()

    def show(self, report: IndexReport, stamp: str = "") -> None:
        from agent.rendering.escape import to_json

        self._line.clear()
        if self._as_json:
            click.echo(to_json(report.to_json()))
        else:
            text = "\n".join(report_lines(report, self._known))
            click.echo(self._context.output.text(stamp + text))
        self._known = frozenset(report.failed)


def _follow(assembly: Assembly, reporter: _Reporter, line: ProgressLine) -> None:
    """Report every change until Ctrl-C, which is how it is meant to end."""
    with suppress(KeyboardInterrupt):
        line.say("Following changes; Ctrl-C ends it")
        for number, report in enumerate(assembly.library.get().watch(threading.Event(), line.indexing)):
            if number or report.has_changes:  # the first one mostly repeats what was just shown
                reporter.show(report, time.strftime("%H:%M:%S  "))
            line.say("Following changes; Ctrl-C ends it")
