"""How far an evaluation is, shown on stderr where a person looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def counting(total: int, is_shown: bool) -> Iterator[Callable[[], None]]:
    """Show a progress bar of `total` rows; yields what to call after each."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True, quiet=not is_shown)
    with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task("rows", total=total)
        yield lambda: bar.advance(task)
