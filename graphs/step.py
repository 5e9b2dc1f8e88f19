"""A step: a node of a graph that is written once and runs both sync and async.

The work of a node is a generator. Where it needs the model, a retriever or a store it yields an
`Ask`, and what was asked comes back as the value of the `yield`. A step answers the asks with their
sync or async half, so an async run really awaits, and can be cancelled there:

    def greet(state: State) -> Work[dict[str, str]]:
        reply = yield from ask_runnable(model, state["messages"])
        return {"greeting": reply.text}

    builder.add_node("greet", Step("greet", greet))
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.runnables import Runnable, RunnableConfig

Input = TypeVar("Input")
Output = TypeVar("Output")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that takes time, in its sync and its async form."""

    now: Callable[[], Any]
    later: Callable[[], Awaitable[Any]]


Work = Generator[Ask, Any, Result]
"""Work that yields what it asks for and returns a result."""


def ask_runnable(
    runnable: Runnable[Input, Output], given: Input, config: RunnableConfig | None = None
) -> Work[Output]:
    """Invoke a LangChain runnable as part of a step."""
    output: Output = yield Ask(
        lambda: runnable.invoke(given, config), lambda: runnable.ainvoke(given, config)
    )
    return output


def ask_batch(
    runnable: Runnable[Input, Output], given: list[Input], config: RunnableConfig | None = None
) -> Work[list[Output]]:
    """Invoke a LangChain runnable on several inputs at once as part of a step."""
    outputs: list[Output] = yield Ask(
        lambda: runnable.batch(given, config), lambda: runnable.abatch(given, config)
    )
    return outputs


class Step(Runnable[Any, Any]):
    """A node of a graph.

    Args:
        name: The node's name.
        work: Takes the state and returns an update of it.
    """

    def __init__(self, name: str, work: Callable[[Any], Work[Any]]) -> None:
        self.name = name
        self.work = work

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:  # noqa: A002, ARG002 - LangChain's signature
        """Run the work, answering its asks one after the other."""
        work, reply = self.work(input), None
        while True:
            try:
                ask = work.send(reply)
            except StopIteration as stop:
                return stop.value
            reply = ask.now()

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:  # noqa: A002, ARG002 - LangChain's signature
        """Run the work, awaiting its asks."""
        work, reply = self.work(input), None
        while True:
            try:
                ask = work.send(reply)
            except StopIteration as stop:
                return stop.value
            reply = await ask.later()
