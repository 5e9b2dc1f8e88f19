"""Running a tool in a thread that can be left behind: Python can't stop it, but need not wait for it."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from langchain_core.tools import BaseTool, StructuredTool, Tool

Result = TypeVar("Result")

_ARE_SYNC = (BaseTool._arun, StructuredTool._arun, Tool._arun)


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Run work in a thread that is left behind when it takes too long.

    Raises:
        TimeoutError: It did.
    """
    return _opened(_start(work).result(seconds))


def leaving_its_thread(tool: BaseTool) -> BaseTool:
    """Return a tool whose function, where it has no async one, runs in a thread that can be left behind.

    LangChain would run it in one of the event loop's own threads: these are few, and the program waits for
    all of them when it ends.
    """
    if getattr(tool, "coroutine", None) is not None or type(tool)._arun not in _ARE_SYNC:
        return tool

    async def ainvoke(*args: Any, **kwargs: Any) -> Any:
        return _opened(await asyncio.wrap_future(_start(functools.partial(tool.invoke, *args, **kwargs))))

    own = tool.model_copy()
    object.__setattr__(own, "ainvoke", ainvoke)  # pydantic takes no method
    return own


def _start(work: Callable[[], Result]) -> Future[Result | BaseException]:
    """Run work in a thread of its own; what it raises is its outcome like any other."""
    outcome: Future[Result | BaseException] = Future()
    outcome.set_running_or_notify_cancel()  # who gives up waiting does not cancel it
    context = contextvars.copy_context()

    def target() -> None:
        try:
            outcome.set_result(context.run(work))
        except BaseException as error:  # also a pause or the program's end, which a tool may ask for
            outcome.set_result(error)

    threading.Thread(target=target, daemon=True).start()
    return outcome


def _opened(outcome: Result | BaseException) -> Result:
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome
