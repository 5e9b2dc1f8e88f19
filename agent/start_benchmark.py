"""How long a person waits for the program to start, measured from outside in a real terminal."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.configuration.paths import HOME_VARIABLE, REPOSITORY
from agent.errors import HomespunError

_REPETITIONS = 5
_PROGRAM = (sys.executable, "main.py")
_PROMPT = "\u203a".encode()
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Spent:
    """What a start cost, in seconds."""

    elapsed: float
    """As a clock on the wall tells; other programs on the machine make it longer."""
    processor: float
    """Of the program alone."""


def measure_start() -> dict[str, object]:
    """Return the median seconds until the help is printed and until the first prompt is on the screen."""
    figures: dict[str, object] = {}
    starts: dict[str, Callable[[], Spent]] = {
        "help": lambda: until_end([*_PROGRAM, "--help"]),
        "prompt": lambda: until_shown(_PROGRAM, _PROMPT),
    }
    for what, start in starts.items():
        runs = [start() for _ in range(_REPETITIONS)]
        figures[f"{what}_seconds"] = statistics.median(run.elapsed for run in runs)
        figures[f"{what}_processor_seconds"] = statistics.median(run.processor for run in runs)
    return figures


def until_end(command: Sequence[str]) -> Spent:
    """Run a program to its end.

    Raises:
        HomespunError: It failed, or this system cannot measure it.
    """
    _need_unix()
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise HomespunError(
            f"{' '.join(command)} failed with exit code {process.returncode}: run it to see why."
        )
    return Spent(time.perf_counter() - began, usage.ru_utime + usage.ru_stime)


def until_shown(command: Sequence[str], text: bytes) -> Spent:
    """Run a program in a terminal until it has drawn a text, and end it.

    Raises:
        HomespunError: It ended before or drew something else, or this system cannot measure it.
    """
    _need_unix()
    import pty

    terminal, inner = pty.openpty()
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {HOME_VARIABLE: home, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own
            command, cwd=REPOSITORY, env=environment, stdin=inner, stdout=inner, stderr=inner
        )
        os.close(inner)
        try:
            shown = _read_until(terminal, text, began + _PATIENCE)
            elapsed = time.perf_counter() - began
        finally:
            os.kill(process.pid, signal.SIGKILL)  # not process.kill(): it would reap one that has ended
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
            os.close(terminal)
    if text not in shown:
        raise HomespunError(f"{' '.join(command)} drew no {text.decode()}: run it to see why.")
    return Spent(elapsed, usage.ru_utime + usage.ru_stime)


def _read_until(terminal: int, text: bytes, deadline: float) -> bytes:
    import select

    shown = b""
    while text not in shown and time.perf_counter() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                shown += os.read(terminal, 65536)
            except OSError:  # the program has ended, and its side of the terminal with it
                return shown
    return shown


def _need_unix() -> None:
    if sys.platform == "win32":
        raise HomespunError("The start is measured in a Unix terminal: choose other benchmarks.")
