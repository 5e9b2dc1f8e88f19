"""A scripted chat model, with and without the ports, and a retriever over a handful of passages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import Field

from rag.passage import Passage

Script = str | AIMessage | Callable[[str], "str | AIMessage"] | Exception | list[Any]
"""A reply; a function of the prompt's text; an error; or a list of these, the last one repeated."""


class ScriptedModel(BaseChatModel):
    """Replies to each task by a script, and remembers what it was asked."""

    script: dict[str, Any] = Field(default_factory=dict)
    asked: list[tuple[str, str]] = Field(default_factory=list)
    """Task and text of every prompt, in order."""
    tools: list[str] = Field(default_factory=list)
    turns: dict[str, int] = Field(default_factory=dict)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def reply_to(self, messages: Sequence[BaseMessage]) -> AIMessage:
        task = messages[0].name or "chat"
        prompt = "\n".join(message.text for message in messages[1:])
        self.asked.append((task, prompt))
        script: Script = self.script[task]
        if isinstance(script, list):
            turn = self.turns.get(task, 0)
            self.turns[task] = turn + 1
            script = script[min(turn, len(script) - 1)]
        if isinstance(script, Exception):
            raise script
        reply = script(prompt) if callable(script) else script
        reply = AIMessage(reply) if isinstance(reply, str) else reply
        return reply.model_copy(update={"id": None})

    def prompts_of(self, task: str) -> list[str]:
        return [prompt for name, prompt in self.asked if name == task]

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.reply_to(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in _chunks(self.reply_to(messages)):
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(self.reply_to(messages)):
            await asyncio.sleep(0)
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        self.tools[:] = [tool.name for tool in tools]
        return self


def _chunks(reply: AIMessage) -> Iterator[ChatGenerationChunk]:
    words = [f"{word} " for word in reply.text.split(" ")]
    words[-1] = words[-1][:-1]
    for word in words:
        yield ChatGenerationChunk(message=AIMessageChunk(content=word))
    calls = [
        {"name": call["name"], "args": _json(call["args"]), "id": call["id"], "index": index}
        for index, call in enumerate(reply.tool_calls)
    ]
    yield ChatGenerationChunk(
        message=AIMessageChunk(content="", tool_call_chunks=calls, chunk_position="last")
    )


def _json(arguments: Any) -> str:
    import json

    return json.dumps(arguments)


class PortedModel(ScriptedModel):
    """Decides with probabilities and quotes spans only, as the in-house model does.

    A decision's script is the probability of each choice by name, or a function of the prompt.
    """

    def choice_probabilities(
        self, conversations: Sequence[Sequence[BaseMessage]], choices: Sequence[str]
    ) -> list[dict[str, float]]:
        return [self._decide(messages, choices) for messages in conversations]

    def _decide(self, messages: Sequence[BaseMessage], choices: Sequence[str]) -> dict[str, float]:
        task = messages[0].name or ""
        prompt = "\n".join(message.text for message in messages[1:])
        self.asked.append((task, prompt))
        script = self.script[task]
        decided = script(prompt) if callable(script) else script
        if isinstance(decided, float):
            decided = {choices[0]: decided, choices[1]: 1.0 - decided}
        return {choice: decided.get(choice, 0.0) for choice in choices}

    def bind_spans(self, texts: Sequence[str]) -> Runnable[Sequence[BaseMessage], AIMessage]:
        def span(messages: Sequence[BaseMessage]) -> AIMessage:
            reply = self.reply_to(messages)
            assert any(reply.text in text for text in texts), f"{reply.text!r} is not a span"
            return reply

        return RunnableLambda(span)


class NarrowModel(ScriptedModel):
    """Reads a few words at a time, knows how many, and refuses more."""

    context_length: int = 40

    def get_num_tokens_from_messages(
        self, messages: list[BaseMessage], tools: Sequence[Any] | None = None
    ) -> int:
        said = (message.text for message in messages if message.type != "system")
        return sum(len(text.split()) for text in said) + 10 * len(tools or ())

    def reply_to(self, messages: Sequence[BaseMessage]) -> AIMessage:
        if (words := self.get_num_tokens_from_messages(list(messages))) > self.context_length:
            raise ValueError(f"{words} words are too many")
        return super().reply_to(messages)


class ListRetriever(BaseRetriever):
    """Finds the same passages whatever is asked, or those of a search by its words."""

    passages: list[Passage] = Field(default_factory=list)
    by_search: dict[str, list[Passage]] | None = None
    searches: list[str] = Field(default_factory=list)

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        self.searches.append(query)
        found = self.passages if self.by_search is None else self.by_search.get(query, [])
        return [passage.to_document() for passage in found]


DOCUMENT = """# Lighthouses

The lighthouse at Marrow Point was built in 1871. It is 38 metres tall, e.g. taller
than the one at Gull Bay. Its keeper was Ada Finch.

# Ferries

The ferry to Gull Bay leaves at 7.30 from pier 4. It carries no cars.
"""


def passages_of(text: str = DOCUMENT, path: str = "island.md") -> list[Passage]:
    """Cut a Markdown document before each heading."""
    starts = [index for index in range(len(text)) if text.startswith("# ", index)] or [0]
    ends = [*starts[1:], len(text)]
    return [
        Passage(
            text=text[start:end],
            path=path,
            start=start,
            end=end,
            start_line=1 + text.count("\n", 0, start),
            end_line=1 + text.count("\n", 0, end - 1),
            heading=text[start:end].splitlines()[0].lstrip("# "),
        )
        for start, end in zip(starts, ends, strict=True)
    ]
