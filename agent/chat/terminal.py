"""The terminal's echo: off while a line is dealt with, so that typed keys do not tear the picture."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext


def echo(wanted: bool) -> AbstractContextManager[None]:
    """Show typed keys, or do not, as long as the context lasts; Ctrl-C works either way."""
    try:
        import termios  # noqa: F401 - whether there is one decides
    except ImportError:  # Windows
        return nullcontext()
    return nullcontext() if sys.stdin is None else _echo(wanted)


@contextmanager
def _echo(wanted: bool) -> Iterator[None]:
    import termios

    try:
        device = sys.stdin.fileno()
        before = termios.tcgetattr(device)
    except (OSError, ValueError, termios.error):
        yield  # no terminal, or none whose echo can be set
        return
    now = termios.tcgetattr(device)
    now[3] = now[3] | termios.ECHO if wanted else now[3] & ~termios.ECHO
    termios.tcsetattr(device, termios.TCSANOW, now)
    try:
        yield
    finally:
        termios.tcsetattr(device, termios.TCSANOW, before)
