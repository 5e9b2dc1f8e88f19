"""How many there are of something, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.report import IndexReport


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: "1 turn", "3 turns"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def indexed(report: IndexReport) -> str:
    """Return what an indexing did with how many files, and how many passages there are."""
    return (
        f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged, "
        f"{report.removed} removed, {len(report.failed)} failed; {report.chunks} passages"
    )
