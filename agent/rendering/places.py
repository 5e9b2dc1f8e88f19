"""Paths as people read them: short where that loses nothing."""

from __future__ import annotations

from pathlib import Path


def short(path: Path) -> str:
    """Return a path from the current folder on where it lies in it, or from ~ on, the person's own folder."""
    absolute = path.absolute()
    for base, sign in ((Path.cwd(), ""), (_home(), "~/")):
        if base is not None and absolute != base and absolute.is_relative_to(base):
            return f"{sign}{absolute.relative_to(base).as_posix()}"
    return str(absolute)


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # a system account has none
        return None
