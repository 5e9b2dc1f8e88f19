"""`python main.py tune CONFIG.toml --field …`: search good values for fields of a training config."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from llm.training.search import Outcome, Search

BEST_FILE = "best.toml"


@click.command("tune")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--field",
    "fields",
    multiple=True,
    required=True,
    metavar="PATH=RANGE",
    help="What to vary: stage.0.optimiser.matrix_learning_rate=0.001..0.01, or "
    "precision=float32|bfloat16. May be repeated.",
)
@click.option("--trials", type=click.IntRange(min=1), default=20, show_default=True, help="Runs in all.")
@click.option(
    "--tokens",
    type=click.IntRange(min=1),
    default=500_000,
    show_default=True,
    help="Length of a run; its stages keep their proportions.",
)
@click.option(
    "--study",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the search; `tune-NAME` beside the config's output by default.",
)
def command(config: Path, fields: tuple[str, ...], trials: int, tokens: int, study: Path | None) -> None:
    """Search good values for fields of the training config CONFIG.

    Many short runs are compared by their loss on the first validation set. A search that was stopped goes
    on when the same command is given again. The best config is written as TOML, whose path is printed.
    """
    from agent.context import open_context
    from agent.errors import MissingExtraError
    from agent.rendering.training_progress import TrainingProgress
    from llm.training.config import load_config
    from llm.training.config_file import save_config
    from llm.training.search import Field, Search

    settings = load_config(config)
    folder = study or settings.output.with_name(f"tune-{settings.name}")
    varied = [Field.parse(text) for text in fields]
    with TrainingProgress(open_context().messages) as progress:
        try:
            search = Search(config, varied, folder, tokens, progress.show)
        except ModuleNotFoundError:
            raise MissingExtraError("The search", "train") from None
        search.run(trials, lambda outcome: progress.say(_line(outcome)))
    click.echo("\n".join(table(search.outcomes())))
    best = search.best()
    if best is None:
        raise click.UsageError(
            "No run came to its end: search lower learning rates, or values that fit together."
        )
    save_config(best, folder / BEST_FILE, _comment(config, search, tokens))
    click.echo(str(folder / BEST_FILE))


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Lay the trials out as aligned lines, the best first."""
    names = list(outcomes[0].values) if outcomes else []
    rows = [["trial", "loss", *names]]
    for outcome in outcomes:
        rows.append([str(outcome.number), f"{outcome.loss:.4f}", *(_show(outcome.values[n]) for n in names)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _line(outcome: Outcome) -> str:
    values = ", ".join(f"{name} = {_show(value)}" for name, value in outcome.values.items())
    return f"trial {outcome.number}: loss {outcome.loss:.4f} with {values}"


def _show(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _comment(config: Path, search: Search, tokens: int) -> str:
    outcomes = search.outcomes()
    return (
        f"The best of {len(outcomes)} runs of {tokens:,} tokens after {config.name}: "
        f"{_line(outcomes[0])}.\nWritten by `python main.py tune`."
    )
