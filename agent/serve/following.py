"""Follow the folders while the server runs, so that answers know what changed a moment ago."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from agent.assembly import Assembly
from agent.rendering.escape import one_line
from rag.errors import RagError
from rag.progress import Progress

_LOG = logging.getLogger("uvicorn.error")
_LOOK_SECONDS = 0.5  # between two looks whether the folders were read for the first time
_RETRY_SECONDS = 30.0
_LONGEST_PAUSE = 5.0  # a server that is asked without a break must not stay behind for ever
_FAREWELL_SECONDS = 10.0


class _StoppedError(Exception):
    """The server ends: what was not read yet is read the next time."""


@contextmanager
def following(assembly: Assembly) -> Iterator[None]:
    """Read what changes in the folders from the first reading on; questions come before it.

    Args:
        assembly: The documents; whoever asks first, or preloads, reads them for the first time.
    """
    stop = threading.Event()
    threads = [
        threading.Thread(target=_follow, args=[assembly, number, stop], name=f"follow {folder}", daemon=True)
        for number, folder in enumerate(assembly.folders)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(_FAREWELL_SECONDS)


def _follow(assembly: Assembly, number: int, stop: threading.Event) -> None:
    """Follow one folder until the server ends, also past what keeps it from being read for a while."""

    def give_way(_: Progress) -> None:
        assembly.idle.wait(_LONGEST_PAUSE)
        if stop.is_set():
            raise _StoppedError

    while not assembly.library.ready:
        if stop.wait(_LOOK_SECONDS):
            return
    said = ""
    while not stop.is_set():
        try:
            for _ in assembly.library.get().watch(stop, give_way, number):
                said = ""
        except _StoppedError:
            return
        except (RagError, OSError) as error:
            sentence = one_line(str(error))
            if sentence != said:
                _LOG.error(f"Changes in {one_line(str(assembly.folders[number]))} are not read: {sentence}")
            said = sentence
            stop.wait(_RETRY_SECONDS)
