"""`python main.py threads`: saved conversations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.context import Context, open_context, settings_options

if TYPE_CHECKING:
    from agent.conversations.threads import ThreadStore


@click.command("threads")
@settings_options
@click.option("--export", "exported", metavar="NAME", help="Print a conversation as Markdown.")
@click.option("--delete", "deleted", metavar="NAME", help="Delete a conversation.")
@click.option("as_json", "--json", is_flag=True, help="Print one JSON object.")
def command(
    config: Path | None,
    assignments: tuple[str, ...],
    exported: str | None,
    deleted: str | None,
    as_json: bool,
) -> None:
    """List, export or delete saved conversations. A NAME is an id or a title."""
    context = open_context(config=config, assignments=assignments)
    from agent.conversations.threads import ThreadStore

    store = ThreadStore(context.paths.database, context.settings.threads)
    if exported is not None and deleted is not None:
        raise click.UsageError("--export and --delete are two commands: give one of them.")
    if exported is not None:
        _export(context, store, exported, as_json)
    elif deleted is not None:
        _delete(store, deleted, as_json)
    else:
        _list(context, store, as_json)


def _delete(store: ThreadStore, name: str, as_json: bool) -> None:
    from agent.rendering.escape import to_json

    thread = store.named(name)
    store.delete(thread.id)
    if as_json:
        click.echo(to_json({"deleted": thread.id}))
    else:
        click.echo(f"Deleted {thread.id}.", err=True)


def _list(context: Context, store: ThreadStore, as_json: bool) -> None:
    from agent.rendering.ages import age
    from agent.rendering.counts import counted
    from agent.rendering.escape import one_line, to_json

    threads = store.threads(context.settings.threads)
    if as_json:
        values = [
            {"id": thread.id, "title": thread.title, "turns": thread.turns, "folders": list(thread.folders),
             "created": thread.created, "updated": thread.updated}
            for thread in threads
        ]  # fmt: skip
        click.echo(to_json({"threads": values}))
        return
    if not threads and context.messages.interactive:
        click.echo("No conversation is saved yet.", err=True)
    for thread in threads:
        turns = counted(thread.turns, "turn")
        line = f"{thread.id}  {age(thread.updated):>14}  {turns:>9}  {one_line(thread.title)}"
        click.echo(context.output.text(line))


def _export(context: Context, store: ThreadStore, name: str, as_json: bool) -> None:
    from agent.rendering.escape import to_json
    from agent.rendering.export import as_markdown

    turns = store.turns(store.named(name).id)
    if as_json:
        values = [
            {"question": turn.question, "answer": turn.answer.to_record() if turn.answer else None}
            for turn in turns
        ]
        click.echo(to_json({"turns": values}))
    else:
        click.echo(context.output.text(as_markdown(turns)), nl=False)
