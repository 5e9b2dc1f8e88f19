"""`python main.py calibrate WEIGHTS`: make the probabilities of weights honest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from corpora.wells import Row

REQUEST_FILES = ("tool_choice", "requests")
"""Files whose rows are single messages, with tools."""


@click.command("calibrate")
@click.argument("weights", type=click.Path(path_type=Path))
@click.option(
    "--development",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of held-out rows, as `corpus build` writes it.",
)
@click.option(
    "--limit",
    default=300,
    show_default=True,
    type=click.IntRange(min=1),
    help="Most rows of each file that are used.",
)
def command(weights: Path, development: Path, limit: int) -> None:
    """Fit temperatures and thresholds to held-out rows and store them in WEIGHTS.

    They are those of the second half of each file, from its end; `eval all` measures on the first half. The
    questions about a folder have files of their own for both.
    """
    from agent.evaluation.calibration import calibrate
    from agent.evaluation.counter import counting
    from agent.evaluation.development_rows import DevelopmentRows
    from agent.evaluation.rows import fitted_half, read_held_out
    from llm.weights_folder import find_weights

    def held_out(name: str, measured: str) -> list[Row]:
        return read_held_out(development / f"{name}.jsonl", measured, str(weights))

    def last_rows(name: str, measured: str) -> list[Row]:
        return fitted_half(held_out(name, measured))[-limit:]

    rows = DevelopmentRows(
        reading=last_rows("reading", "reading"),
        relevance=last_rows("relevance", "relevance"),
        requests=[row for name in REQUEST_FILES for row in last_rows(name, "tools")],
        dialogues=last_rows("tools", "tools"),
        routes=last_rows("route", "route"),
        questions=held_out("folder_calibration", "documents")[-limit:],
        folder=development / "folder",
    )
    folder = find_weights(str(weights))
    rows.require_enough()
    with counting(sum(len(questions) for _, questions in rows.asked()), is_shown=True) as on_row:
        result = calibrate(folder, rows, on_row)
    click.echo(json.dumps(result))
