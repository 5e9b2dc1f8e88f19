"""`python main.py`: the chat."""

from __future__ import annotations

from pathlib import Path

import click

from agent.context import chroma_option, docs_option, model_option, open_context, settings_options


@click.command("chat")
@docs_option
@chroma_option
@model_option
@settings_options
@click.option("--resume", "-r", is_flag=True, help="Go on with the last conversation.")
@click.option("--thread", metavar="NAME", help="Go on with this conversation.")
def command(
    docs: tuple[Path, ...],
    chroma_url: str | None,
    model: str | None,
    config: Path | None,
    assignments: tuple[str, ...],
    resume: bool,
    thread: str | None,
) -> int:
    """Talk in the terminal about the documents of a folder.

    /help lists what the chat can do. Ctrl-C stops an answer and keeps the chat.
    """
    context = open_context(docs, model, config, assignments, chroma_url)
    from agent.chat.loop import run_chat

    return run_chat(context, resume, thread)
