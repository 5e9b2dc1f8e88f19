"""`python main.py train CONFIG.toml`: train a model, or go on with one."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("train")
@click.argument("config", type=click.Path(path_type=Path))
def command(config: Path) -> None:
    """Train the model that CONFIG describes.

    A run that was stopped goes on where it was: run the same command again. The finished weights are a
    Hugging Face folder, whose path is printed.
    """
    from agent.context import open_context
    from agent.rendering.training_progress import TrainingProgress
    from llm.training.config import load_config
    from llm.training.metrics import draw_curves
    from llm.training.trainer import Trainer

    settings = load_config(config)
    with TrainingProgress(open_context().messages) as progress:
        trainer = Trainer(settings, on_report=progress.show)
        folder = trainer.train()
    if trainer.is_first:
        draw_curves(settings.output)
        click.echo(str(folder))
