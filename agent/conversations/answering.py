"""Run a graph on a question and tell what happens on the way."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import LLMResult
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Interrupt

from agent.conversations.answer import ABSTAINED, Answer, Citation, ToolCall, Usage
from agent.conversations.events import Approval, Event, Finished, Step, Token, ToolRequest
from agent.conversations.meter import METER, Meter
from agent.errors import Cancelled
from graphs.assistant.state import AssistantContext
from graphs.tool_agent.state import ApprovalCall

Exchange = tuple[str, str | None]
"""A question and what was answered; None when the documents did not say."""

Graph = CompiledStateGraph[Any, Any, Any, Any]

WORTH_A_LOOK = 0.25
"""Confidence from which a person is shown what came closest to an answer."""

_HISTORY_WORDS = 250
"""Words of the conversation that a follow-up may refer to; the passages need the rest of the context."""
_HISTORY_BYTES = 2000
"""What they may have in UTF-8, where blanks part no words: so long are 250 words of most languages."""

_MOST_PAUSES = 32
"""More than the budget of tool calls allows."""


class Answerer:
    """Answers questions with a graph of `graphs/`.

    Args:
        graph: Takes `question` and `messages`; see `graphs.turn`.
        saver: The graph's checkpointer, where it has one: it holds a turn while it pauses for approval.
            Conversations are kept elsewhere, so what it holds is dropped when the turn ends.
    """

    def __init__(self, graph: Graph, saver: InMemorySaver | None = None) -> None:
        self.graph = graph
        self._saver = saver

    def stream(
        self,
        question: str,
        history: Sequence[Exchange] = (),
        cancel: threading.Event | None = None,
        conversation: str | None = None,
    ) -> Iterator[Event]:
        """Yield what happens, the finished answer last.

        Args:
            question: As the person put it.
            history: The conversation before it, oldest first; what is too long for a small model's context
                is left out, the oldest first.
            cancel: Set it, from any thread, to stop between two tokens or steps.
            conversation: Its id, for memories.

        Raises:
            Cancelled: `cancel` was set.
        """
        # One for each run: an answer that was stopped may still be under way when the next question of its
        # conversation is asked, and what it leaves and deletes must not be the state of that one's.
        thread = uuid.uuid4().hex
        watch = _Watch(cancel or threading.Event())
        METER.set(watch.meter)
        try:
            given = {"question": question, "messages": [*_messages(_latest(history)), HumanMessage(question)]}
            yield from self._run(given, watch, thread, AssistantContext(conversation=conversation or ""))
        finally:
            if self._saver is not None:
                self._saver.delete_thread(thread)

    def ask(
        self, question: str, history: Sequence[Exchange] = (), cancel: threading.Event | None = None
    ) -> Answer:
        """Return the answer alone; tools that need approval are declined. Arguments are those of `stream`."""
        for event in self.stream(question, history, cancel):
            if isinstance(event, Approval):
                event.decide(())
            elif isinstance(event, Finished):
                return event.answer
        raise RuntimeError("the graph ended without an answer")

    def _run(self, given: Any, watch: _Watch, thread: str, context: AssistantContext) -> Iterator[Event]:
        began = time.perf_counter()
        config = {"callbacks": [watch], "configurable": {"thread_id": thread}}
        for _ in range(_MOST_PAUSES):
            state, pauses = yield from self._advance(given, config, watch, context)
            if not pauses:
                watch.check()  # whoever stopped it at the very end may have asked something else since
                yield Finished(_answer(state, watch.usage, time.perf_counter() - began))
                return
            paused = time.perf_counter()
            approval = _approval(pauses)
            yield approval
            watch.wait_for(approval.decided)
            began += time.perf_counter() - paused  # what the person took to decide is not the answer's
            given = Command(resume=_verdicts(pauses, approval.allowed))

    def _advance(
        self,
        given: Any,
        config: Any,
        watch: _Watch,
        context: AssistantContext,
    ) -> Generator[Event, None, tuple[Mapping[str, Any], Sequence[Interrupt]]]:
        state: Mapping[str, Any] = {}
        pauses: Sequence[Interrupt] = ()
        for part in self.graph.stream(
            given,
            config,
            context=context,
            stream_mode=["custom", "messages", "values"],
            subgraphs=True,
            version="v2",
        ):
            watch.check()
            if part["type"] == "values" and not part["ns"]:
                state = part["data"]
                pauses = part.get("interrupts", ())
            elif event := _event(part):
                yield event
        return state, pauses


class _Watch(BaseCallbackHandler):
    """Counts tokens, and stops the run where the person wants it stopped."""

    raise_error = True
    run_inline = True

    def __init__(self, cancel: threading.Event) -> None:
        self.cancel = cancel
        self.replies = Usage()
        self.meter = Meter()

    @property
    def usage(self) -> Usage:
        return self.replies + self.meter.usage

    def check(self) -> None:
        if self.cancel.is_set():
            raise Cancelled

    def wait_for(self, event: threading.Event) -> None:
        while not event.wait(0.1):
            self.check()

    def on_chain_start(self, *_: Any, **__: Any) -> None:
        self.check()

    def on_chat_model_start(self, *_: Any, **__: Any) -> None:
        self.check()

    def on_llm_new_token(self, *_: Any, **__: Any) -> None:
        self.check()

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        for generations in response.generations:
            for generation in generations:
                message = getattr(generation, "message", None)
                if isinstance(message, AIMessage) and message.usage_metadata:
                    self.replies += _usage(message.usage_metadata)


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


def _approval(pauses: Sequence[Interrupt]) -> Approval:
    return Approval(
        [
            ToolRequest(_request_id(pause, call), call["name"], call["arguments"], call["description"])
            for pause in pauses
            for call in pause.value["calls"]
        ]
    )


def _verdicts(pauses: Sequence[Interrupt], allowed: Collection[str]) -> dict[str, list[str]]:
    """Return what each pause goes on with, by its id: the ids of its own calls that may run."""
    return {
        pause.id: [call["id"] for call in pause.value["calls"] if _request_id(pause, call) in allowed]
        for pause in pauses
    }


def _request_id(pause: Interrupt, call: ApprovalCall) -> str:
    return f"{pause.id}/{call['id']}"


def _answer(state: Mapping[str, Any], usage: Usage, seconds: float) -> Answer:
    confidence = state.get("confidence")
    closest = state.get("closest", ()) if (confidence or 0.0) >= WORTH_A_LOOK else ()
    return Answer(
        text=state.get("answer"),
        abstained=bool(state.get("abstained")),
        confidence=None if confidence is None else float(confidence),
        citations=tuple(Citation.from_json(values) for values in state.get("citations", ())),
        closest=tuple(Citation.from_json(values) for values in closest),
        route=str(state.get("route", "documents")),
        decisions=tuple(dict(decision) for decision in state.get("decisions", ())),
        calls=tuple(ToolCall.from_json(call) for call in state.get("calls", ())),
        usage=usage,
        seconds=seconds,
    )


def _latest(history: Sequence[Exchange]) -> Sequence[Exchange]:
    """Return the latest exchanges that fit beside a question into a small model's context."""
    words, size = 0, 0
    for number, (question, answer) in enumerate(reversed(history)):
        said = f"{question} {answer or ''}"
        words += len(said.split())
        size += len(said.encode(errors="replace"))
        if words > _HISTORY_WORDS or size > _HISTORY_BYTES:
            return history[len(history) - number :]
    return history


def _messages(history: Sequence[Exchange]) -> list[BaseMessage]:
    messages: list[BaseMessage] = []
    for question, answer in history:
        messages += [HumanMessage(question), AIMessage(answer or ABSTAINED)]
    return messages
