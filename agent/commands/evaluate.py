"""`python main.py eval …`: measure each capability beside a baseline without the model."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from agent.context import Context, model_option, open_context, settings_options

FILE = click.argument("file", type=click.Path(path_type=Path))
LIMIT = click.option("--limit", type=click.IntRange(min=1), help="Take only the first rows.")

MOST_OF_WHOLE_GRAPHS = 60
"""Tasks and questions of each that go through whole graphs when everything is measured: they take longest."""

Measure = Callable[[Context, list[Any], Callable[[], None]], dict[str, Any]]


@click.group("eval")
def command() -> None:
    """Measure how good the model is at its tasks. Each prints one JSON object."""


def _register(name: str, help_text: str, fields: str, measure: Measure) -> None:
    """Add a command that reads a file of rows and prints what `measure` finds."""

    @command.command(name, help=f"{help_text}\n\nRows of FILE: {{{fields}}}.")
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
        from agent.evaluation.rows import read_evaluation

        context = open_context((), model, config, assignments)
        required = [field.strip() for field in fields.split(",")]
        rows = read_evaluation(file, required, limit)
        _measure_and_print(context, rows, measure)


def _measure_and_print(context: Context, rows: list[Any], measure: Measure) -> None:
    from agent.evaluation.counter import counting

    with counting(len(rows), context.messages.interactive) as on_row:
        result = measure(context, rows, on_row)
    click.echo(json.dumps(result, ensure_ascii=False))


def _reading(context: Context, rows: list[dict[str, Any]], on_row: Callable[[], None]) -> dict[str, Any]:
    from agent.evaluation.reading import evaluate_reading
    from agent.parts.judgement import open_judgement
    from agent.parts.models import open_model
    from rag.minilm import MiniLM

    model, embedder = open_model(context.settings), MiniLM()
    judgement = open_judgement(context.settings, model, embedder, one_passage=True)
    return evaluate_reading(model, rows, judgement=judgement, embedder=embedder, on_row=on_row)


def _relevance(context: Context, rows: list[dict[str, Any]], on_row: Callable[[], None]) -> dict[str, Any]:
    from agent.evaluation.relevance import evaluate_relevance
    from agent.parts.judgement import open_judgement
    from rag.minilm import MiniLM

    model, embedder = _choice_model(context), MiniLM()
    judgement = open_judgement(context.settings, model, embedder)
    return evaluate_relevance(
        model,
        rows,
        threshold=judgement.thresholds.relevance,
        embedder=embedder,
        evidence=judgement.evidence,
        on_row=on_row,
    )


def _rewrite(context: Context, rows: list[dict[str, Any]], on_row: Callable[[], None]) -> dict[str, Any]:
    from agent.evaluation.rewrite import evaluate_rewrite
    from agent.parts.models import open_model

    return evaluate_rewrite(open_model(context.settings), rows, on_row)


def _route(context: Context, rows: list[dict[str, Any]], on_row: Callable[[], None]) -> dict[str, Any]:
    from agent.evaluation.route import evaluate_route

    return evaluate_route(_choice_model(context), rows, on_row)


def _tools(context: Context, rows: list[dict[str, Any]], on_row: Callable[[], None]) -> dict[str, Any]:
    from agent.evaluation.tools import evaluate_tools
    from agent.parts.judgement import open_judgement
    from agent.parts.models import open_model
    from graphs.mind import Mind
    from graphs.tool_agent.choice import ToolChoice
    from rag.minilm import MiniLM

    model, embedder = open_model(context.settings), MiniLM()
    judgement = open_judgement(context.settings, model, embedder)
    choice = ToolChoice(Mind(model), judgement)
    return evaluate_tools(choice, rows, embedder=embedder, on_row=on_row)


def _language(context: Context, rows: list[dict[str, Any]], on_row: Callable[[], None]) -> dict[str, Any]:
    from agent.parts.models import own_weights_folder
    from llm.evaluation.language import bits_per_byte
    from llm.model.gpt import GPT
    from llm.tokenization.tokenizer import Tokenizer

    folder = own_weights_folder(context.settings.model)

    def texts() -> Any:
        for row in rows:
            yield row["text"]
            on_row()

    result = bits_per_byte(GPT.from_pretrained(folder), Tokenizer.load(folder), texts())
    return {"n": len(rows), **result}


def _own_tools(context: Context, rows: list[Any], on_row: Callable[[], None]) -> dict[str, Any]:
    from agent.evaluation.own_tools import measure_own_tools

    return measure_own_tools(context.settings, rows, on_row)


def _two_hop(context: Context, rows: list[Any], on_row: Callable[[], None]) -> dict[str, Any]:
    from agent.evaluation.two_hop import measure_two_hop

    return measure_two_hop(context.settings, rows, on_row)


def _choice_model(context: Context) -> Any:
    """Open the model, which must give probabilities.

    Raises:
        HomespunError: It is a foreign model, which gives none.
    """
    from agent.errors import HomespunError
    from agent.parts.models import open_model
    from graphs.ports import ChoiceModel

    model = open_model(context.settings)
    if not isinstance(model, ChoiceModel):
        raise HomespunError(
            f"The model {context.settings.model!r} gives no probabilities of choices: "
            "this measure needs one of Homespun's own models."
        )
    return model


_register(
    "reading",
    "Answer questions from a passage, or abstain.",
    "passage, question, answers, answerable",
    _reading,
)
_register("relevance", "Tell passages that answer.", "question, candidates, relevant", _relevance)
_register("rewrite", "Make follow-ups stand alone.", "history, question, standalone", _rewrite)
_register("route", "Send messages to the right graph.", "text, route", _route)
_register("tools", "Call the right tool, or none.", "tools, messages, expected", _tools)
_register("language", "Foresee text: bits per byte.", "text", _language)


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

    _measure_and_print(context, own_tool_tasks(limit), _own_tools)


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

    _measure_and_print(context, two_hop_questions(limit), _two_hop)


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
    from agent.evaluation.documents import FIELDS
    from agent.evaluation.rows import read_evaluation

    rows = read_evaluation(questions, FIELDS, limit)
    _measure_and_print(context, rows, _documents_of(folder))


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
    from agent.evaluation.retrieval import FIELDS
    from agent.evaluation.rows import read_evaluation

    rows = read_evaluation(questions, FIELDS, limit)
    _measure_and_print(context, rows, _retrieval)


def _retrieval(context: Context, rows: list[dict[str, Any]], on_row: Callable[[], None]) -> dict[str, Any]:
    from agent.assembly import Assembly
    from agent.evaluation.retrieval import DEPTH, evaluate_retrieval

    library = Assembly(context.settings, context.paths).library.get()
    return evaluate_retrieval(library.retriever(DEPTH), rows, on_row)


def _documents_of(folder: Path) -> Measure:
    """Return the measure of questions over a folder."""

    def measure(context: Context, rows: list[dict[str, Any]], on_row: Callable[[], None]) -> dict[str, Any]:
        from agent.assembly import Assembly
        from agent.evaluation.documents import evaluate_documents
        from rag.minilm import MiniLM

        return evaluate_documents(
            Assembly(context.settings.model_copy(update={"docs": [folder]}), context.paths),
            folder,
            rows,
            embedder=MiniLM(),
            on_row=on_row,
        )

    return measure


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
    from agent.evaluation import documents, reading, relevance, retrieval, rewrite, route, tools
    from agent.evaluation.own_tools import own_tool_tasks
    from agent.evaluation.results import describe_run, write_results
    from agent.evaluation.rows import read_evaluation
    from agent.evaluation.two_hop import two_hop_questions

    context = open_context([HANDBOOK], model, config, assignments)
    asked, folder = HANDBOOK.parent / "handbook_questions.jsonl", development / "folder"
    files: list[tuple[str, Path, Sequence[str], Measure]] = [
        ("reading", development / "reading.jsonl", reading.FIELDS, _reading),
        ("relevance", development / "relevance.jsonl", relevance.FIELDS, _relevance),
        ("rewrite", development / "rewrite.jsonl", rewrite.FIELDS, _rewrite),
        ("route", development / "route.jsonl", route.FIELDS, _route),
        ("tools", development / "tools.jsonl", tools.FIELDS, _tools),
        ("tool_choice", development / "tool_choice.jsonl", tools.FIELDS, _tools),
        ("requests", development / "requests.jsonl", tools.FIELDS, _tools),
        ("retrieval", asked, retrieval.FIELDS, _retrieval),
        ("documents", asked, documents.FIELDS, _documents_of(HANDBOOK)),
        ("folder", folder.with_suffix(".jsonl"), documents.FIELDS, _documents_of(folder)),
    ]
    if text is not None:
        files.append(("language", text, ("text",), _language))
    # What is missing shows before hours of measuring. The handbook's questions are few, and those without an
    # answer come last: all are asked.
    rows = {
        name: read_evaluation(file, fields, None if file == asked else limit)
        for name, file, fields, _ in files
    }
    started = time.perf_counter()
    results = {}
    for name, file, _, measure in files:
        click.echo(f"{name}: {file.name}", err=True)
        results[name] = measure(context, rows[name], lambda: None)
    click.echo("own_tools and two_hop: made up", err=True)
    few = min(limit or MOST_OF_WHOLE_GRAPHS, MOST_OF_WHOLE_GRAPHS)
    results["own_tools"] = _own_tools(context, own_tool_tasks(few), lambda: None)
    results["two_hop"] = _two_hop(context, two_hop_questions(few), lambda: None)
    write_results(page, describe_run(context.settings.model, time.perf_counter() - started), results)
    click.echo(json.dumps(results, ensure_ascii=False))
