"""A process that parses risky files, so that a hang, a crash or a bomb costs one file only.

Frames on standard input: name length, name, data length, data; on standard output: length, JSON.
Lengths are 8 bytes, big-endian.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import threading
from queue import SimpleQueue
from typing import IO

from rag.errors import LoadError
from rag.loaders import format_of, load_here
from rag.loaders.document import Source

LENGTH = struct.Struct(">Q")


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Write one length-prefixed block."""
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Read one block; None when the other side has gone."""
    prefix = stream.read(LENGTH.size)
    if len(prefix) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(prefix)
    data = stream.read(length)
    return data if len(data) == length else None


def main() -> None:
    """Serve until standard input closes."""
    memory, unpacked = int(sys.argv[1]), int(sys.argv[2])
    _limit_memory(memory)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not break the frames
    requests: SimpleQueue[tuple[bytes, bytes]] = SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()
    while True:
        name, data = requests.get()
        write_frame(answers, _answer(Source(name.decode("utf-8"), data, unpacked)).encode("utf-8"))
        answers.flush()


def _receive(stream: IO[bytes], requests: SimpleQueue[tuple[bytes, bytes]]) -> None:
    """Pass requests on, and end the process when the other side has gone, also while a parser hangs."""
    try:
        while (name := read_frame(stream)) is not None and (data := read_frame(stream)) is not None:
            requests.put((name, data))
    finally:
        os._exit(0)


def _limit_memory(memory: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ImportError, ValueError, OSError):
        return  # not on this system; the timeout still holds


def _answer(source: Source) -> str:
    try:
        return load_here(source, format_of(source.name, source.data)).to_json()
    except LoadError as error:
        return _failure(str(error), error.is_passing)
    except MemoryError:
        return _failure("needs more memory to parse than a single file may use", is_passing=True)
    except RecursionError:
        return _failure("is nested too deeply to parse")
    except Exception as error:  # whatever a parser raises on a damaged file concerns that file only
        return _failure(f"cannot be parsed ({type(error).__name__})")


def _failure(reason: str, is_passing: bool = False) -> str:
    return json.dumps({"error": reason, "is_passing": is_passing})


if __name__ == "__main__":
    main()
