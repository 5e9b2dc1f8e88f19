"""`python main.py calibrate WEIGHTS`: make the probabilities of weights honest."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("calibrate")
@click.argument("weights", type=click.Path(path_type=Path))
@click.option(
    "--development",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of held-out rows, as `corpus build` writes it.",
)
@click.option("--limit", default=300, show_default=True, help="Rows of each file that are used.")
def command(weights: Path, development: Path, limit: int) -> None:
    """Fit temperatures and thresholds to held-out rows and store them in WEIGHTS."""
    from agent.evaluation import reading, relevance, tools
    from agent.evaluation.calibration import calibrate
    from agent.evaluation.counter import counting
    from agent.evaluation.rows import read_evaluation
    from agent.models import weights_folder

    folder = weights_folder(str(weights))
    passages = read_evaluation(development / "reading.jsonl", reading.FIELDS, limit)
    sentences = read_evaluation(development / "relevance.jsonl", relevance.FIELDS, limit)
    offers = [
        row
        for name in ("tools", "tool_choice")
        for row in read_evaluation(development / f"{name}.jsonl", tools.FIELDS, limit)
    ]
    with counting(len(passages), is_shown=True) as on_row:
        result = calibrate(folder, passages, sentences, offers, on_row)
    click.echo(json.dumps(result))
