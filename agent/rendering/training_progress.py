"""How a training stands: a bar with its figures on standard error, and nothing when nobody watches."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

import click

from agent.rendering.escape import one_line
from agent.rendering.progress_line import time_left
from agent.rendering.screen import Screen, make_console

if TYPE_CHECKING:
    from rich.console import Console

    from llm.training.trainer import Report


class TrainingProgress:
    """A bar of the stage under way; use it as a context manager.

    Args:
        screen: What standard error can show.
        console: Where to draw, standard error by default.
    """

    def __init__(self, screen: Screen, console: Console | None = None) -> None:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self._is_shown = screen.interactive
        self._screen = screen
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            console=console or make_console(screen, sys.stderr),
            disable=not screen.interactive,
            expand=True,
        )
        self._task = self._bar.add_task("", total=1.0, figures="")

    def show(self, report: Report) -> None:
        """Draw how the training stands."""
        self._bar.start()  # not before: of several processes only the first one reports
        self._bar.update(
            self._task,
            description=report.stage,
            completed=report.progress,
            figures=self._screen.text(describe(report)),
        )

    def say(self, line: str) -> None:
        """Print a line for good, above the bar; where nobody watches it goes to standard error, too."""
        said = self._screen.text(one_line(line))  # it may name files, whose names are anybody's
        if self._is_shown:
            self._bar.console.print(said, markup=False, emoji=False)
        else:
            click.echo(said, err=True)

    def __enter__(self) -> TrainingProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


def describe(report: Report) -> str:
    """Return the figures of a report, in words."""
    return "  ".join(
        (
            f"step {report.step:,}",
            f"loss {report.loss:.3f}",
            f"{report.tokens_per_second:,.0f} tokens/s",
            f"MFU {report.utilisation:.0%}",
            f"{time_left(report.seconds_left)} left",
        )
    )
