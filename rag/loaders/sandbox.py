"""The parent's side of the parsing process: start it, ask it, and end it when it takes too long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

from rag.errors import LoadError
from rag.limits import Limits
from rag.loaders.document import LoadedDocument, Source
from rag.loaders.worker import read_frame, write_frame

_PACKAGE_HOME = str(Path(__file__).resolve().parents[2])
_START_SECONDS = 30.0  # the first file also pays for starting Python and importing a parser
_FAREWELL_SECONDS = 5.0  # an idle process ends at once; one that does not is killed


class Sandbox:
    """One parsing process, started when it is first needed and again after it had to be ended."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._fresh = True

    def load(self, source: Source) -> LoadedDocument:
        """Parse one file in the process.

        Raises:
            LoadError: The file is damaged, or its parsing took too long or crashed.
        """
        process = self._running()
        seconds = self._limits.parse_seconds + (_START_SECONDS if self._fresh else 0.0)
        expired = threading.Event()

        def end() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            answer = self._exchange(process, source)
        finally:
            timer.cancel()
        if answer is None:
            self.close()
            raise LoadError(_explain_end(expired.is_set(), self._limits.parse_seconds), is_passing=True)
        self._fresh = False
        fields = json.loads(answer)
        if "error" in fields:
            raise LoadError(fields["error"], is_passing=fields["is_passing"])
        return LoadedDocument.from_fields(fields)

    @staticmethod
    def _exchange(process: subprocess.Popen[bytes], source: Source) -> bytes | None:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - for the type checker
        try:
            write_frame(process.stdin, source.name.encode("utf-8"))
            write_frame(process.stdin, source.data)
            process.stdin.flush()
            return read_frame(process.stdout)
        except (BrokenPipeError, OSError, ValueError):
            return None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            bounds = str(self._limits.parse_memory_bytes), str(self._limits.unpacked_bytes)
            path = os.pathsep.join(filter(None, [_PACKAGE_HOME, os.environ.get("PYTHONPATH", "")]))
            # Without -P, modules of the current folder, which may be that of the documents, would come first.
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-P", "-m", "rag.loaders.worker", *bounds],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,  # Ctrl-C in the terminal is for the program, which then closes this
            )
            self._fresh = True
        return self._process

    def close(self) -> None:
        """End the process, if it runs."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        for stream in (process.stdin, process.stdout):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass
        try:
            process.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _explain_end(expired: bool, seconds: float) -> str:
    if expired:
        return f"takes more than {seconds:.0f} s to parse"
    return "crashes its parser; it is probably damaged"
