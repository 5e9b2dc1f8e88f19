"""`python main.py eval …`: measure each capability beside a baseline without the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from agent.context import Context, model_option, open_context, settings_options
from agent.evaluation.measures import (
    Measure,
    measure_documents_of,
    measure_language,
    measure_own_tools,
    measure_reading,
    measure_relevance,
    measure_retrieval,
    measure_rewrite,
    measure_route,
    measure_tools,
    measure_two_hop,
)
from agent.evaluation.row_shapes import SHAPES
from agent.evaluation.rows import measured_half, read_evaluation, read_held_out
from agent.rendering.escape import to_json
from corpora.wells import Row

FILE = click.argument("file", type=click.Path(path_type=Path))
LIMIT = click.option("--limit", type=click.IntRange(min=1), help="Take only the first rows.")

MOST_OF_WHOLE_GRAPHS = 60
"""Tasks and questions of each that go through whole graphs when everything is measured: they take longest."""


@click.group("eval")
def command() -> None:
    """Measure how good the model is at its tasks. Each prints one JSON object."""


def _register(name: str, help_text: str, measure: Measure) -> None:
    """Add a command that reads a file of rows and prints what `measure` finds."""

    @command.command(name, help=f"{help_text}\n\nRows of FILE: {{{', '.join(SHAPES[name].required)}}}.")
    @FILE
    @LIMIT
    @model_option
    @settings_options
    def run(
        file: Path,
        limit: int | None,
        model: str | None,
        config: Path | None,
        assignments: tuple[str, ...],
    ) -> None:
        context = open_context((), model, config, assignments)
        _measure_and_print(context, read_evaluation(file, name, limit), measure)


def _measure_and_print(context: Context, rows: list[Any], measure: Measure) -> None:
    from agent.evaluation.counter import counting

    with counting(len(rows), context.messages.interactive) as on_row:
        result = measure(context, rows, on_row)
    click.echo(to_json(result))


_register("reading", "Answer questions from a passage, or abstain.", measure_reading)
_register("relevance", "Tell passages that answer.", measure_relevance)
_register("rewrite", "Make follow-ups stand alone.", measure_rewrite)
_register("route", "Send messages to the right graph.", measure_route)
_register("tools", "Call the right tool, or none.", measure_tools)
_register("language", "Foresee text: bits per byte.", measure_language)


@command.command("own-tools")
@LIMIT
@model_option
@settings_options
def own_tools(
    limit: int | None, model: str | None, config: Path | None, assignments: tuple[str, ...]
) -> None:
    """Do 200 tasks with the agent's own tools, over a small folder.

    The tasks and the folder are made up, always the same ones. A task is done when the reply says the right
    result and a tool gave it.
    """
    context = open_context((), model, config, assignments)
    from agent.evaluation.own_tools import own_tool_tasks

    _measure_and_print(context, own_tool_tasks(limit), measure_own_tools)


@command.command("two-hop")
@LIMIT
@model_option
@settings_options
def two_hop(limit: int | None, model: str | None, config: Path | None, assignments: tuple[str, ...]) -> None:
    """Ask 80 questions that take two files each, of the reasoner and of document Q&A.

    The questions and their folder are made up, always the same ones.
    """
    context = open_context((), model, config, assignments)
    from agent.evaluation.two_hop import two_hop_questions

    _measure_and_print(context, two_hop_questions(limit), measure_two_hop)


@command.command("documents")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--questions", required=True, type=click.Path(path_type=Path), help="JSON Lines of questions.")
@LIMIT
@model_option
@settings_options
def documents(
    folder: Path,
    questions: Path,
    limit: int | None,
    model: str | None,
    config: Path | None,
    assignments: tuple[str, ...],
) -> None:
    """Answer questions over FOLDER, from the search to the citation.

    Rows of the questions: {question, answers[], files[] if known, answerable if not always}.
    """
    context = open_context([folder], model, config, assignments)
    rows = read_evaluation(questions, "documents", limit)
    _measure_and_print(context, rows, measure_documents_of(folder))


@command.command("retrieval")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--questions", required=True, type=click.Path(path_type=Path), help="JSON Lines of questions.")
@LIMIT
@settings_options
def retrieval(
    folder: Path, questions: Path, limit: int | None, config: Path | None, assignments: tuple[str, ...]
) -> None:
    """Find the passages of FOLDER that hold the answers: by words, by vectors, and by both fused.

    Rows of the questions: {question, answers[] or files[] or both, answerable if not always}.
    """
    context = open_context([folder], None, config, assignments)
    rows = read_evaluation(questions, "retrieval", limit)
    _measure_and_print(context, rows, measure_retrieval)


@command.command("all")
@click.option(
    "--development",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of held-out rows, as `corpus build` writes it.",
)
@click.option(
    "--text", type=click.Path(path_type=Path), help="Validation text for bits per byte (JSON Lines)."
)
@click.option("--page", default="docs/RESULTS.md", type=click.Path(path_type=Path), show_default=True)
@LIMIT
@model_option
@settings_options
def everything(
    development: Path,
    text: Path | None,
    page: Path,
    limit: int | None,
    model: str | None,
    config: Path | None,
    assignments: tuple[str, ...],
) -> None:
    """Measure every capability in one run and write the page of results."""
    import time

    from agent.configuration.paths import HANDBOOK
    from agent.evaluation.own_tools import own_tool_tasks
    from agent.evaluation.results import describe_run, require_writable, write_results
    from agent.evaluation.two_hop import two_hop_questions

    context = open_context([HANDBOOK], model, config, assignments)
    asked, folder = HANDBOOK.parent / "handbook_questions.jsonl", development / "folder"
    # `calibrate` is fitted to the other half of these files.
    halved: list[tuple[str, str, Measure]] = [
        ("reading", "reading", measure_reading),
        ("relevance", "relevance", measure_relevance),
        ("rewrite", "rewrite", measure_rewrite),
        ("route", "route", measure_route),
        ("tools", "tools", measure_tools),
        ("tool_choice", "tools", measure_tools),
        ("requests", "tools", measure_tools),
    ]
    whole: list[tuple[str, str, Measure]] = [
        ("written", "reading", measure_reading),
        ("definitions", "reading", measure_reading),
        ("folder", "documents", measure_documents_of(folder)),
    ]

    def held_out(name: str, measured: str) -> list[Row]:
        return read_held_out(development / f"{name}.jsonl", measured, context.settings.model)

    # What is missing shows before hours of measuring. The handbook's questions are few, and those without an
    # answer come last: all are asked.
    to_measure = [
        *((name, measured_half(held_out(name, kind))[:limit], measure) for name, kind, measure in halved),
        *((name, held_out(name, kind)[:limit], measure) for name, kind, measure in whole),
        ("retrieval", read_evaluation(asked, "retrieval"), measure_retrieval),
        ("documents", read_evaluation(asked, "documents"), measure_documents_of(HANDBOOK)),
    ]
    if text is not None:
        to_measure.append(("language", read_evaluation(text, "language", limit), measure_language))
    require_writable(page)
    started = time.perf_counter()
    results = {}
    for name, rows, measure in to_measure:
        click.echo(f"{name}: {len(rows)} rows", err=True)
        results[name] = measure(context, rows, lambda: None)
    click.echo("own_tools and two_hop: made up", err=True)
    few = min(limit or MOST_OF_WHOLE_GRAPHS, MOST_OF_WHOLE_GRAPHS)
    results["own_tools"] = measure_own_tools(context, own_tool_tasks(few), lambda: None)
    results["two_hop"] = measure_two_hop(context, two_hop_questions(few), lambda: None)
    click.echo(to_json(results))
    write_results(page, describe_run(context.settings.model, time.perf_counter() - started), results)
