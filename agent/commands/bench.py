"""`python main.py bench`: how fast everything is on this machine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.context import model_option, open_context, settings_options

if TYPE_CHECKING:
    from agent.configuration.settings import Settings


@click.command("bench")
@click.argument("names", nargs=-1)
@click.option(
    "--chunks", type=click.IntRange(min=100), default=10_000, show_default=True, help="Passages in scale."
)
@click.option(
    "--files", type=click.IntRange(min=1), help="Files in scale; a tenth of the passages by default."
)
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    help="Write a page with charts, too; scale is then measured at three sizes.",
)
@model_option
@settings_options
@click.option("as_json", "--json", is_flag=True, help="Print one JSON object.")
def command(
    names: tuple[str, ...],
    chunks: int,
    files: int | None,
    page: Path | None,
    model: str | None,
    config: Path | None,
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Measure how fast everything is on this machine.

    NAMES choose some of the benchmarks: start, model, documents, scale, graphs.
    """
    context = open_context((), model, config, assignments)
    from agent.benchmarks import BENCHMARKS, Size, measure
    from agent.rendering.escape import to_json
    from agent.rendering.progress_line import ProgressLine

    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        raise click.UsageError(f"There is no benchmark {unknown[0]!r}: there are {', '.join(BENCHMARKS)}.")
    results: dict[str, dict[str, object]] = {}
    began = time.perf_counter()
    with ProgressLine(context.messages.interactive) as line:
        for name in names or BENCHMARKS:
            if name == "scale" and page is not None:
                continue  # the page has it at three sizes
            line.say(f"Measuring {name}")
            results[name] = measure(name, context.settings, Size(chunks, files))
        if page is not None:
            line.say("Measuring how an index grows")
            _write_page(page, context.settings, results, began)
    if as_json:
        click.echo(to_json(results))
        return
    for name, figures in results.items():
        click.echo(name)
        for what, value in figures.items():
            shown = f"{value:,.3g}" if isinstance(value, float) else str(value)
            click.echo(context.output.text(f"  {what.replace('_', ' '):32} {shown:>12}"))


def _write_page(page: Path, settings: Settings, results: dict[str, dict[str, object]], began: float) -> None:
    from agent.benchmarks import Size, measure
    from agent.evaluation.results import describe_run
    from agent.evaluation.speed import SIZES, write_speed

    scales = [measure("scale", settings, Size(chunks)) for chunks in SIZES]
    write_speed(page, describe_run(settings.model, time.perf_counter() - began), results, scales)
