"""`python main.py corpus build`: make what a model is trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from corpora.build import Table

DATA = click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder with `pretrain` and `sft`; see corpora/sources.toml for what they hold.",
)
OUT = click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write to.")
SEED = click.option("--seed", default=0, show_default=True, help="Makes all choices repeatable.")

LEAST_VOCABULARY = 256 + 64
"""Tokens: every byte, and the special ones."""
LARGEST_VOCABULARY = 2**16
"""Tokens: sequences hold each in two bytes."""


@click.group("corpus")
def command() -> None:
    """Build what a model is trained on."""


@command.command("build")
@DATA
@OUT
@click.option(
    "--vocabulary",
    default=8192,
    show_default=True,
    type=click.IntRange(LEAST_VOCABULARY, LARGEST_VOCABULARY),
    help="Tokens of the tokenizer.",
)
@click.option(
    "--tokenizer-from",
    metavar="MODEL",
    help="Shipped model or weights folder whose tokenizer is taken: a run can then go on from its weights.",
)
@SEED
@click.option(
    "--check-overlap",
    "evaluations",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Evaluation file to leave out of training: no example may share 8 words in a row with its "
    "questions. May be repeated.",
)
def build(
    data: Path,
    out: Path,
    vocabulary: int,
    tokenizer_from: str | None,
    seed: int,
    evaluations: tuple[Path, ...],
) -> None:
    """Build tokenizer, sequences and development files; the same seed gives the same bytes."""
    from corpora.build import build as build_corpus
    from llm.weights_folder import find_weights

    def say(line: str) -> None:
        click.echo(line, err=True)

    table = build_corpus(
        data,
        out,
        vocabulary_size=vocabulary,
        seed=seed,
        evaluations=evaluations,
        tokenizer_from=find_weights(tokenizer_from) if tokenizer_from else None,
        say=say,
    )
    click.echo(show_table(table))


@command.command("development")
@DATA
@OUT
@SEED
def development(data: Path, out: Path, seed: int) -> None:
    """Write the development files alone: what `build` holds out, for `calibrate` and `eval all`."""
    from corpora.development_files import write_development_files
    from corpora.supervised import Wells

    click.echo(_held_out(write_development_files(Wells(data), out, seed)))


def show_table(table: Table) -> str:
    """Return what was built as an aligned table: examples and tokens of each task and well."""
    lines = [f"{'task':<12}{'well':<32}{'examples':>10}{'tokens':>13}"]
    by_task: Counter[str] = Counter()
    for (task, well), examples in sorted(table.examples.items()):
        lines.append(f"{task:<12}{well:<32}{examples:>10,}{table.tokens[task, well]:>13,}")
        by_task[task] += table.tokens[task, well]
    lines.append(f"{'text':<12}{'pretrain':<32}{'':>10}{table.text_tokens:>13,}")
    lines.append(
        f"{table.too_long} examples were too long and {table.overlapping} shared words with an "
        "evaluation file: left out."
    )
    return "\n".join([*lines, _held_out(table.development)])


def _held_out(files: Mapping[str, int]) -> str:
    return "held out for development: " + ", ".join(f"{name} {rows}" for name, rows in files.items())
