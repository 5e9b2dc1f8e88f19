"""Run a graph on a question and tell what happens on the way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import LLMResult
from langgraph.graph.state import CompiledStateGraph

from agent.answer import ABSTAINED, Answer, Citation, Usage
from agent.errors import Cancelled
from agent.events import Event, Finished, Step, Token

Exchange = tuple[str, str | None]
"""A question and what was answered; None when the documents did not say."""


class Answerer:
    """Answers questions with a graph of `graphs/`.

    Args:
        graph: Takes `question` and `messages`; see `graphs.build_document_qa`.
    """

    def __init__(self, graph: CompiledStateGraph[Any, Any, Any, Any]) -> None:
        self.graph = graph

    def stream(
        self, question: str, history: Sequence[Exchange] = (), cancel: threading.Event | None = None
    ) -> Iterator[Event]:
        """Yield what happens, the finished answer last.

        Args:
            question: As the person put it.
            history: The conversation before it, oldest first.
            cancel: Set it, from any thread, to stop between two tokens or steps.

        Raises:
            Cancelled: `cancel` was set.
        """
        watch = _Watch(cancel or threading.Event())
        began = time.perf_counter()
        state: Mapping[str, Any] = {}
        given = {"question": question, "messages": [*_messages(history), HumanMessage(question)]}
        for part in self.graph.stream(
            given,
            {"callbacks": [watch]},
            stream_mode=["custom", "messages", "values"],
            subgraphs=True,
            version="v2",
        ):
            watch.check()
            if part["type"] == "values" and not part["ns"]:
                state = part["data"]
            elif event := _event(part):
                yield event
        yield Finished(_answer(state, watch.usage, time.perf_counter() - began))

    def ask(self, question: str, history: Sequence[Exchange] = ()) -> Answer:
        """Return the answer alone."""
        *_, last = self.stream(question, history)
        if not isinstance(last, Finished):
            raise TypeError(f"The graph ended with {last!r} and no answer.")
        return last.answer


class _Watch(BaseCallbackHandler):
    """Counts tokens, and stops the run where the person wants it stopped."""

    raise_error = True
    run_inline = True

    def __init__(self, cancel: threading.Event) -> None:
        self.cancel = cancel
        self.usage = Usage()

    def check(self) -> None:
        if self.cancel.is_set():
            raise Cancelled

    def on_chain_start(self, *_: Any, **__: Any) -> None:
        self.check()

    def on_chat_model_start(self, *_: Any, **__: Any) -> None:
        self.check()

    def on_llm_new_token(self, *_: Any, **__: Any) -> None:
        self.check()

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:  # noqa: ARG002
        for generations in response.generations:
            for generation in generations:
                message = getattr(generation, "message", None)
                if isinstance(message, AIMessage) and message.usage_metadata:
                    self.usage += _usage(message.usage_metadata)


def _usage(counts: Mapping[str, Any]) -> Usage:
    details = counts.get("input_token_details") or {}
    return Usage(counts["input_tokens"], counts["output_tokens"], details.get("cache_read", 0))


def _event(part: Mapping[str, Any]) -> Event | None:
    data = part["data"]
    if part["type"] == "custom" and isinstance(data, dict) and data.get("event") == "progress":
        return Step(data["node"], data["text"])
    if part["type"] == "messages":
        message = data[0]
        # A node that returns a whole message sends it here too; only the pieces are new text.
        if isinstance(message, AIMessageChunk) and message.text:
            return Token(message.text)
    return None


def _answer(state: Mapping[str, Any], usage: Usage, seconds: float) -> Answer:
    return Answer(
        text=state.get("answer"),
        abstained=bool(state.get("abstained")),
        confidence=float(state.get("confidence", 0.0)),
        citations=tuple(Citation.from_json(values) for values in state.get("citations", ())),
        route=str(state.get("route", "documents")),
        decisions=tuple(dict(decision) for decision in state.get("decisions", ())),
        usage=usage,
        seconds=seconds,
    )


def _messages(history: Sequence[Exchange]) -> list[BaseMessage]:
    messages: list[BaseMessage] = []
    for question, answer in history:
        messages += [HumanMessage(question), AIMessage(answer or ABSTAINED)]
    return messages
