"""A page of figures that one run has written: what it is, what it depends on, and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def head(title: str, about: str, run: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """Return the lines of a page down to the head of its table.

    Args:
        title: The page's title.
        about: What wrote it and how to read it.
        run: What the figures depend on.
        columns: Of the table.
    """
    depends = ", ".join(f"{name}: {value}" for name, value in run.items())
    return [f"# {title}", "", about, "", depends, "", row(*columns), "|---" * len(columns) + "|"]


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"
