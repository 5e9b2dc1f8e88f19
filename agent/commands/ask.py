"""`python main.py ask "QUESTION"`: one answer with its sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.context import Context, chroma_option, docs_option, model_option, open_context, settings_options
from agent.errors import EXIT_ABSTAINED, EXIT_ANSWERED

if TYPE_CHECKING:
    from agent.conversations.session import Session
    from rag.report import IndexReport


@click.command("ask")
@click.argument("question", nargs=-1)
@docs_option
@chroma_option
@model_option
@settings_options
@click.option("--thread", metavar="NAME", help="Go on with this saved conversation, or begin it.")
@click.option("as_json", "--json", is_flag=True, help="Print one JSON object.")
def command(
    question: tuple[str, ...],
    docs: tuple[Path, ...],
    chroma_url: str | None,
    model: str | None,
    config: Path | None,
    assignments: tuple[str, ...],
    thread: str | None,
    as_json: bool,
) -> int:
    """Answer one question from a folder, with its sources.

    The QUESTION is taken from standard input when there is none on the command line. The exit code is 0
    for an answer, 3 when the documents do not hold it, and 2 when something has to be mended first.

    The object of --json has answer, abstained, confidence, citations, closest, route, seconds and usage.
    Where there is no answer, answer is null and closest lists what came closest, as citations do.
    """
    from agent.conversations.question import read_question

    asked = read_question(question)
    context = open_context(docs, model, config, assignments, chroma_url)
    return _answer(context, asked, thread, as_json)


def _answer(context: Context, question: str, thread: str | None, as_json: bool) -> int:
    from agent.conversations.events import Approval, Finished, Step
    from agent.rendering.escape import one_line, to_json
    from agent.rendering.plain import answer_lines
    from agent.rendering.progress_line import ProgressLine

    session = _open_session(context, thread)
    assembly = session.assembly
    with ProgressLine(context.messages.interactive) as line:
        assembly.progress = line.indexing
        line.say("Loading the language model")
        assembly.model.get()
        line.say("Reading the documents")
        for event in session.ask(question):
            if isinstance(event, Step):
                line.say(event.text)
            elif isinstance(event, Approval):
                event.decide(())  # nobody is there to ask
            elif isinstance(event, Finished):
                answer = event.answer
    if as_json:
        click.echo(to_json(answer.to_json()))
    else:
        click.echo(context.output.text("\n".join(answer_lines(answer))))
    if session.warning:
        click.echo(context.messages.text(one_line(session.warning)), err=True)
    if context.messages.interactive:
        _hint(assembly.reports)
    return EXIT_ABSTAINED if answer.abstained else EXIT_ANSWERED


def _open_session(context: Context, name: str | None) -> Session:
    """Return an unsaved conversation, or the one of that name about its own folders."""
    from agent.assembly import EMBED_SECONDS, Assembly
    from agent.conversations.session import Session, settings_for
    from agent.conversations.threads import ThreadStore

    store = ThreadStore(context.paths.database, context.settings.threads) if name else None
    found = store.find(name) if store and name else None
    settings = settings_for(found, context.loaded)
    assembly = Assembly(settings, context.paths, embed_seconds=EMBED_SECONDS)
    return Session(assembly, store, found.id if found else None, title=name)


def _hint(reports: Sequence[IndexReport]) -> None:
    """Tell a person that the answer may get better."""
    waiting, chunks = sum(report.waiting for report in reports), sum(report.chunks for report in reports)
    if waiting:
        click.echo(
            f"{waiting:,} of {chunks:,} passages were searched by their words only: "
            "python main.py index FOLDER embeds them all.",
            err=True,
        )
