"""The terminal's echo: off while a line is dealt with, so that typed keys do not tear the picture."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def echo(wanted: bool) -> Iterator[None]:
    """Show typed keys, or do not, as long as the context lasts; Ctrl-C works either way."""
    try:
        import termios

        device = sys.stdin.fileno()
        before = termios.tcgetattr(device)
    except (ImportError, OSError, ValueError, termios.error):
        yield  # no terminal, or none whose echo can be set
        return
    now = termios.tcgetattr(device)
    now[3] = now[3] | termios.ECHO if wanted else now[3] & ~termios.ECHO
    termios.tcsetattr(device, termios.TCSANOW, now)
    try:
        yield
    finally:
        termios.tcsetattr(device, termios.TCSANOW, before)
