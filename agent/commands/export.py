"""`python main.py export --gguf FILE`: the weights for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from agent.context import model_option, open_context, settings_options
from llm.gguf_types import GGUF_TYPES


@click.command("export")
@click.option(
    "--gguf", required=True, type=click.Path(path_type=Path, dir_okay=False), help="GGUF file to write."
)
@click.option(
    "--type",
    "kind",
    type=click.Choice(GGUF_TYPES, case_sensitive=False),
    default="F16",
    show_default=True,
    help="How matrices are stored.",
)
@model_option
@settings_options
def command(
    gguf: Path, kind: str, model: str | None, config: Path | None, assignments: tuple[str, ...]
) -> None:
    """Write the weights as one GGUF file, for llama.cpp and what is built on it.

    transformers and vLLM need no export: a weights folder is a Hugging Face model. The shipped weights for
    tools are one of their own: --model homespun/tools.
    """
    context = open_context((), model, config, assignments)
    from agent.errors import MissingExtraError
    from agent.parts.models import own_weights_folder
    from llm.gguf_export import export_gguf

    folder = own_weights_folder(context.settings.model)
    try:
        export_gguf(folder, gguf, kind.upper())
    except ModuleNotFoundError:
        raise MissingExtraError("GGUF", "gguf") from None
    click.echo(str(gguf))
