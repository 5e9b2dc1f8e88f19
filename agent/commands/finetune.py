"""`python main.py finetune --docs FOLDER`: weights that know the words of your own documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.context import model_option, open_context, settings_options

if TYPE_CHECKING:
    from agent.finetuning import Outcome


@click.command("finetune")
@click.option(
    "--docs",
    "-d",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Folder of documents to learn from.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="Length of the training.",
)
@click.option("--name", metavar="NAME", help="Name of the new weights; that of the folder by default.")
@click.option(
    "--replay",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Data of the weights' own training (`corpus build`), mixed in so that less is forgotten.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Makes all choices repeatable.",
)
@model_option
@settings_options
def command(
    docs: Path,
    minutes: float,
    name: str | None,
    replay: Path | None,
    seed: int,
    model: str | None,
    config: Path | None,
    assignments: tuple[str, ...],
) -> None:
    """Go on training on a folder of your own, into new weights.

    The model learns the text of the documents and questions made of it. The weights it starts from are
    not changed. An interrupted training goes on when the same command is given again.
    """
    from agent.parts.library import check_folder

    folder = check_folder(docs)
    context = open_context((), model, config, assignments)
    from agent.finetuning import Plan, finetune
    from agent.parts.models import own_weights_folder
    from agent.rendering.training_progress import TrainingProgress

    plan = Plan(
        base=own_weights_folder(context.settings.model),
        output=context.paths.models / _checked(name or folder.name),
        minutes=minutes,
        replay=replay,
        seed=seed,
        threads=context.settings.processors or None,
    )
    with TrainingProgress(context.messages) as progress:
        outcome = finetune(plan, folder, progress.say, progress.show)
    click.echo(context.output.text(describe(outcome)))


def describe(outcome: Outcome) -> str:
    """Say what came of the training, and how to use it."""
    lines = [str(outcome.weights)]
    if outcome.bits_before is not None:
        lines.append(
            f"Text of the folder that was held out: {outcome.bits_before:.3f} bits per byte before, "
            f"{outcome.bits_after:.3f} after."
        )
    lines += [
        f'Use it: python main.py --model "{outcome.weights}"',
        "Its probabilities are calibrated as before; `python main.py calibrate` fits them anew.",
    ]
    return "\n".join(lines)


def _checked(name: str) -> str:
    """Return the name, which becomes that of a folder.

    Raises:
        UsageError: It would lead elsewhere.
    """
    if not name.strip(". ") or any(letter in name for letter in '/\\:\x00"'):
        raise click.UsageError(
            f"{name!r} cannot be the name of weights: choose letters and digits with --name."
        )
    return name
