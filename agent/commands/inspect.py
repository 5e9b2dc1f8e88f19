"""`python main.py inspect "QUESTION"`: what the model copied, how sure it was, and where it looked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.context import Context, docs_option, model_option, open_context, settings_options

if TYPE_CHECKING:
    from agent.inspecting import InspectedReply
    from rag.passage import Passage

TASKS = ("quote", "chat", "plan", "summarise")
"""What the model can be watched doing; quoting reads documents, the others only the text that is given."""

FILE_WIDTH = 140
"""Columns of the table where no terminal sets them."""


@click.command("inspect")
@click.argument("question", nargs=-1)
@docs_option
@click.option(
    "--task",
    type=click.Choice(TASKS),
    default=TASKS[0],
    show_default=True,
    help="What the model is asked to do; quote searches the documents, the others read the text alone.",
)
@click.option("--reply", metavar="TEXT", help="Look into this reply instead of the model's own.")
@click.option("--passages", type=click.IntRange(1, 20), default=3, show_default=True, help="Passages shown.")
@click.option("--png", type=click.Path(path_type=Path), metavar="FILE", help="Draw the attention as well.")
@click.option("as_json", "--json", is_flag=True, help="Print one JSON object.")
@model_option
@settings_options
def command(
    question: tuple[str, ...],
    docs: tuple[Path, ...],
    task: str,
    reply: str | None,
    passages: int,
    png: Path | None,
    as_json: bool,
    model: str | None,
    config: Path | None,
    assignments: tuple[str, ...],
) -> None:
    """Show, for each token of a reply, what the model did to write it.

    A row tells the token's probability and entropy, the file and line it was copied from, and the tokens
    that attention looked at most. The QUESTION or text is read from standard input when none is given.
    """
    from agent.conversations.question import read_question

    asked = read_question(question)
    context = open_context(docs, model, config, assignments)
    from agent.inspecting import inspect_reply
    from agent.parts.models import own_weights_folder

    folder = own_weights_folder(context.settings.model)
    found = _search(context, asked, passages) if task == "quote" else []
    inspected = inspect_reply(folder, task, asked, found, reply)
    if png is not None:
        _draw(inspected, png)
    if as_json:
        from agent.rendering.escape import to_json

        click.echo(to_json(inspected.to_json()))
        return
    _print(context, inspected)


def _search(context: Context, question: str, count: int) -> list[Passage]:
    from agent.assembly import Assembly
    from agent.rendering.progress_line import ProgressLine
    from rag.passage import Passage

    assembly = Assembly(context.settings, context.paths)
    with ProgressLine(context.messages.interactive) as line:
        assembly.progress = line.indexing
        line.say("Reading the documents")
        library = assembly.library.get()
        documents = library.retriever(count).invoke(question)
    library.close()
    return [Passage.from_document(document) for document in documents]


def _draw(inspected: InspectedReply, path: Path) -> None:
    from agent.errors import MissingExtraError
    from agent.rendering.inspection import draw

    try:
        draw(inspected.inspection, path)
    except ModuleNotFoundError:
        raise MissingExtraError("The picture", "train") from None


def _print(context: Context, inspected: InspectedReply) -> None:
    from agent.rendering.escape import one_line
    from agent.rendering.inspection import as_table
    from agent.rendering.screen import make_console

    console = make_console(context.output)
    if not context.output.interactive:
        console.width = FILE_WIDTH
    console.print(as_table(inspected.inspection, inspected.places))
    click.echo()
    click.echo(context.output.text(f"Reply: {one_line(inspected.reply)}"))
    click.echo(f"{inspected.inspection.copied_share:.0%} of its tokens were copied.")
