"""A program in a terminal of real size: what it draws is read from the emulated screen."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import TracebackType

import pexpect
import pyte

ROOT = Path(__file__).resolve().parent.parent.parent
_PATIENCE = 120.0
_UNWANTED = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "LC_ALL", "LC_CTYPE", "PYTHONIOENCODING")
"""Variables of whoever runs the tests that change what a terminal shows."""


def _heed_signals() -> None:
    """Undo what `nohup` and `&` do: programs that they start ignore the signals of their terminal."""
    for each in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(each, signal.SIG_DFL)


class Terminal:
    """A running program; use it as a context manager."""

    def __init__(
        self,
        arguments: list[str],
        environment: dict[str, str] | None = None,
        columns: int = 90,
        lines: int = 30,
    ) -> None:
        own = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
        self._process = pexpect.spawn(
            sys.executable,
            arguments,
            cwd=str(ROOT),
            env=own | {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | (environment or {}),
            dimensions=(lines, columns),
            timeout=_PATIENCE,
            preexec_fn=_heed_signals,
        )
        self.screen = pyte.HistoryScreen(columns, lines, history=2000, ratio=0.001)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.close(force=True)

    @property
    def text(self) -> str:
        """Everything that was drawn: what scrolled away, then the screen."""
        above = ["".join(row[x].data for x in range(self.screen.columns)) for row in self.screen.history.top]
        return "\n".join(line.rstrip() for line in [*above, *self.screen.display])

    def type(self, text: str) -> None:
        """Type text and press Enter."""
        end = text[-20:]
        before = self._count(end)
        self._process.send(text)
        self.wait_for(end, before + 1)
        self._process.send("\r")

    def send(self, keys: str) -> None:
        """Send keys as they are."""
        self._process.send(keys)

    def resize(self, columns: int, lines: int) -> None:
        """Change the size of the window."""
        self.screen.resize(lines, columns)
        self._process.setwinsize(lines, columns)

    def hang_up(self) -> None:
        """Let the terminal disappear."""
        self._process.kill(signal.SIGHUP)

    def kill(self) -> None:
        """End the program without a warning."""
        self._process.kill(signal.SIGKILL)
        self._process.wait()

    def wait_for(self, text: str, times: int = 1) -> str:
        """Read until a text was drawn so many times, on one line or several; return all that was drawn."""
        deadline = time.monotonic() + _PATIENCE
        while self._count(text) < times:
            assert time.monotonic() < deadline, f"{text!r} did not appear:\n{self.text}"
            assert self._read() or self._count(text) >= times, f"ended without {text!r}:\n{self.text}"
        return self.text

    def _count(self, text: str) -> int:
        drawn = self.text
        return max(drawn.count(text), " ".join(drawn.split()).count(" ".join(text.split())))

    def wait_for_end(self) -> int:
        """Read until the program ends and return its exit code, or minus the signal that ended it."""
        while self._read():
            pass
        self._process.wait()
        status = self._process.exitstatus
        return status if status is not None else -int(self._process.signalstatus or 0)

    def _read(self) -> bool:
        try:
            data = self._process.read_nonblocking(65536, timeout=0.1)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._answer_queries(data)
        self._stream.feed(data)
        return True

    def _answer_queries(self, data: bytes) -> None:
        # A terminal says where its cursor is when it is asked.
        if b"\x1b[6n" in data:
            cursor = self.screen.cursor
            self._process.send(f"\x1b[{cursor.y + 1};{cursor.x + 1}R")
