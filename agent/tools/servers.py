"""The tools of servers that speak the Model Context Protocol."""

from __future__ import annotations

import asyncio
import atexit
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, cast

from langchain_core.tools import BaseTool, StructuredTool

from agent.configuration.settings import ToolServer
from agent.errors import Cancelled, HomespunError, MissingExtraError, is_debugging

if TYPE_CHECKING:
    from mcp import ClientSession

_SECONDS = 30.0
"""How long a server may take to start, and to end."""
_HEED_SECONDS = 0.1
"""How often a start looks whether it is still wanted."""


class ToolServers:
    """Sessions with servers of tools, held open until the program ends.

    A server that was started for every call would cost a second each time. The sessions live in one event
    loop in a thread of its own, since the graphs call tools from many threads and loops.

    Args:
        servers: By name; the names of their tools begin with it.
        unwanted: Once it is set, servers that are still starting are ended.

    Raises:
        HomespunError: A server does not start or does not answer, or the extra is not installed.
        Cancelled: They are no longer wanted.
    """

    def __init__(self, servers: Mapping[str, ToolServer], unwanted: threading.Event | None = None) -> None:
        self.tools: list[BaseTool] = []
        """The tools of all servers."""
        self._thread: threading.Thread | None = None
        if not servers:
            return
        if importlib.util.find_spec("langchain_mcp_adapters") is None:
            raise MissingExtraError("A server of tools", "mcp")
        self._end = asyncio.Event()
        self._found: Future[list[BaseTool]] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._hold(servers, unwanted or threading.Event())),
            name="tools",
            daemon=True,
        )
        self._thread.start()
        self.tools = [self._reach(tool) for tool in self._found.result()]
        atexit.register(self.close)

    def close(self) -> None:
        """End the sessions and the servers that were started."""
        if self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(_SECONDS)

    async def _hold(self, servers: Mapping[str, ToolServer], unwanted: threading.Event) -> None:
        # A session has to be left by the task that entered it, so one task holds them all.
        self._loop = asyncio.get_running_loop()
        watch = asyncio.create_task(_cancel(asyncio.current_task(), unwanted))
        found: list[BaseTool] = []
        opening = ""
        try:
            async with AsyncExitStack() as stack:
                for opening, server in servers.items():
                    async with asyncio.timeout(_SECONDS):
                        found += await _open(stack, opening, server)
                watch.cancel()
                self._found.set_result(found)
                await self._end.wait()
        except (Exception, asyncio.CancelledError) as error:  # a server may fail in any way
            if not self._found.done():
                self._found.set_exception(Cancelled() if unwanted.is_set() else _unusable(opening, error))

    def _reach(self, tool: BaseTool) -> BaseTool:
        """Return a tool that can be called from any thread and loop."""
        work = cast(Callable[..., Coroutine[Any, Any, Any]], cast(StructuredTool, tool).coroutine)

        def begin(arguments: dict[str, Any]) -> Future[Any]:
            return asyncio.run_coroutine_threadsafe(work(**arguments), self._loop)

        def call(**arguments: Any) -> Any:
            return begin(arguments).result()

        async def call_later(**arguments: Any) -> Any:
            return await asyncio.wrap_future(begin(arguments))

        # A tool that does not say whether it only reads is taken to change something, so it asks.
        metadata = {"readOnlyHint": None, **(tool.metadata or {})}
        return tool.model_copy(update={"func": call, "coroutine": call_later, "metadata": metadata})


async def _cancel(task: asyncio.Task[Any] | None, unwanted: threading.Event) -> None:
    """Cancel a task as soon as it is unwanted."""
    while not unwanted.is_set():
        await asyncio.sleep(_HEED_SECONDS)
    if task is not None:
        task.cancel()


async def _open(stack: AsyncExitStack, name: str, server: ToolServer) -> list[BaseTool]:
    """Enter a session, which the stack leaves, and return its tools."""
    from langchain_mcp_adapters.tools import load_mcp_tools

    session = await _connect(stack, server)
    await session.initialize()
    return await load_mcp_tools(session, server_name=name, tool_name_prefix=True)


async def _connect(stack: AsyncExitStack, server: ToolServer) -> ClientSession:
    from langchain_mcp_adapters.sessions import create_session
    from mcp import ClientSession
    from mcp.client.stdio import StdioServerParameters, stdio_client

    if server.url:
        return await stack.enter_async_context(
            create_session({"transport": "streamable_http", "url": server.url})
        )
    # What servers tell about themselves would be written across the conversation.
    log = sys.stderr if is_debugging() else stack.enter_context(open(os.devnull, "w"))  # noqa: SIM115 - the stack closes it
    program = StdioServerParameters(command=server.command, args=server.args, env=server.env)
    reading, writing = await stack.enter_async_context(stdio_client(program, errlog=log))
    return await stack.enter_async_context(ClientSession(reading, writing))


def _unusable(name: str, error: BaseException) -> HomespunError:
    while isinstance(error, ExceptionGroup):  # its client wraps errors
        error = error.exceptions[0]
    reason = str(error).rstrip(".") or f"no answer within {_SECONDS:g} seconds"
    return HomespunError(
        f"The server of tools {name} cannot be used ({reason}): correct [mcp.{name}] in the settings, or "
        "remove it."
    )
