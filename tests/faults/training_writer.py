"""Train and die by SIGKILL at a step of writing: python -m tests.faults.training_writer CONFIG OUTPUT N.

With N = 0 it survives and prints how many steps there are.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llm.model.checkpoint
import llm.training.snapshot
from llm.training.config import load_config
from llm.training.trainer import Trainer

steps = 0


def deadly(function: Callable[..., Any], fatal: int) -> Callable[..., Any]:
    """Count a step before and after each call, and in the middle of what is written."""

    def step() -> None:
        global steps
        steps += 1
        if steps == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        step()
        result = function(*arguments, **named)
        if function.__name__ == "save_file":
            path = Path(arguments[1])
            whole = path.read_bytes()
            path.write_bytes(whole[: len(whole) // 2])
            step()
            path.write_bytes(whole)
        step()
        return result

    return wrapped


def main() -> None:
    config, output, fatal = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    modules: tuple[Any, ...] = (llm.model.checkpoint, llm.training.snapshot)
    for module in modules:
        module.save_file = deadly(module.save_file, fatal)
    os.replace, os.unlink, os.fsync = (deadly(f, fatal) for f in (os.replace, os.unlink, os.fsync))
    Trainer(load_config(config).model_copy(update={"output": output})).train()
    print(steps)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main()
