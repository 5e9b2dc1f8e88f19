"""`python main.py train CONFIG.toml`: train a model, or go on with one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from llm.training.trainer import Report


@click.command("train")
@click.argument("config", type=click.Path(path_type=Path))
def command(config: Path) -> None:
    """Train the model that CONFIG describes.

    A run that was stopped goes on where it was: run the same command again. The finished weights are a
    Hugging Face folder, whose path is printed.
    """
    from llm.training.config import load_config
    from llm.training.metrics import draw_curves
    from llm.training.trainer import Trainer

    settings = load_config(config)
    trainer = Trainer(settings, on_report=show)
    folder = trainer.train()
    if trainer.is_first:
        draw_curves(settings.output)
        click.echo(str(folder))


def show(report: Report) -> None:
    """Print how training stands, in a line on stderr."""
    click.echo(
        f"{report.stage} {report.progress:>4.0%}  step {report.step:,}  loss {report.loss:.3f}  "
        f"{report.tokens_per_second:,.0f} tokens/s  {report.flops_per_second / 1e9:,.0f} GFLOP/s  "
        f"{report.seconds_left / 60:.0f} min left",
        err=True,
    )
