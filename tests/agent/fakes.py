"""A chat model that follows simple rules, and an index over texts in memory."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda

from graphs import prompts
from rag.errors import RagError
from rag.passage import Passage
from rag.report import FailedFile, IndexReport
from rag.storage.store import IndexedFile

LIGHTHOUSE = """# Lighthouses

The lighthouse at Marrow Point was built in 1871.
It is 38 metres tall. Its keeper was Ada Finch.

# Ferries

The ferry to Gull Bay leaves at 7.30 from pier 4.
"""
SMALL_TALK = " ".join(f"word{number}" for number in range(4000))
"""A long reply, to be interrupted."""


class RuleModel(BaseChatModel):
    """Decides by common words; quotes the sentence that shares most of them."""

    delay: float = 0.0
    """Seconds between two tokens of a written reply."""
    held: Any = None
    """An event that is waited for before the first token of a written reply."""
    failure: str = ""
    """Raised as an error instead of an answer."""

    @property
    def _llm_type(self) -> str:
        return "rules"

    def choice_probabilities(
        self, conversations: Sequence[Sequence[BaseMessage]], choices: Sequence[str]
    ) -> list[dict[str, float]]:
        if self.failure:
            raise ValueError(self.failure)
        return [_decide(messages, choices) for messages in conversations]

    def bind_spans(self, texts: Sequence[str]) -> Runnable[Sequence[BaseMessage], AIMessage]:
        def span(messages: Sequence[BaseMessage]) -> AIMessage:
            usage = {"input_tokens": 100, "output_tokens": 5, "total_tokens": 105}
            return AIMessage(_span(messages, texts), usage_metadata=usage)

        return RunnableLambda(span)

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Runnable[Any, AIMessage]:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> ChatResult:
        reply = _write(messages)
        if options.get("logprobs"):
            reply.response_metadata = _scores(reply.text, options)
        return ChatResult(generations=[ChatGeneration(message=reply)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> Iterator[ChatGenerationChunk]:
        reply = _write(messages)
        if self.held is not None:
            self.held.wait()
        for word in re.findall(r"\S+\s*", reply.text):
            time.sleep(self.delay)
            chunk = ChatGenerationChunk(message=AIMessageChunk(word))
            if options.get("logprobs"):
                chunk.message.response_metadata = _scores(word, options)
            if run_manager:
                run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk
        calls = [
            {"name": call["name"], "args": _as_json(call["args"]), "id": call["id"], "index": 0}
            for call in reply.tool_calls
        ]
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                "", tool_call_chunks=calls, chunk_position="last", usage_metadata=reply.usage_metadata
            )
        )


def _scores(text: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the log-probabilities of a text's words."""
    others = [{"token": "?", "bytes": [63], "logprob": -1.0}] * options.get("top_logprobs", 0)
    return {
        "logprobs": {
            "content": [
                {"token": word, "bytes": list(word.encode()), "logprob": -0.5, "top_logprobs": others}
                for word in re.findall(r"\S+\s*", text)
            ]
        }
    }


def _as_json(arguments: Any) -> str:
    import json

    return json.dumps(arguments)


def _decide(messages: Sequence[BaseMessage], choices: Sequence[str]) -> dict[str, float]:
    task, prompt = messages[0].name, messages[-1].text
    if task == "route":
        rules = {"tools": r"remember", "chat": r"\bhello\b"}
        wanted = next((road for road, rule in rules.items() if re.search(rule, prompt, re.I)), "documents")
        return {choice: 0.91 if choice == wanted else 0.03 for choice in choices}
    if task == "grade":
        question, _, passage = prompt.partition("\n\n")
        sure = 0.96 if _words(question) & _words(passage) else 0.04
    else:
        sure = 0.97
    return {choices[0]: sure, choices[1]: 1 - sure}


def _span(messages: Sequence[BaseMessage], texts: Sequence[str]) -> str:
    prompt = messages[-1].text
    question = prompt.rpartition("Question: ")[2]
    if messages[0].name == "answer":
        numbers = re.findall(r"\d[\d.]*\d|\d", texts[0])
        return numbers[0] if numbers else texts[0]
    sentences = [line for text in texts for line in re.split(r"(?<=[.])\s|\n\n", text) if line.endswith(".")]
    return max(sentences or texts, key=lambda sentence: len(_words(question) & _words(sentence)))


def _write(messages: Sequence[BaseMessage]) -> AIMessage:
    task, last = messages[0].name, messages[-1]
    usage = {"input_tokens": 50, "output_tokens": 10, "total_tokens": 60}
    if task == "rewrite":
        question = last.text.rpartition("User: ")[2]
        return AIMessage(re.sub(r"\bit\b", "the lighthouse", question), usage_metadata=usage)
    if task == "chat":
        return AIMessage(SMALL_TALK, usage_metadata=usage)
    if task == "tool":
        return _use_tools(messages)
    return AIMessage(_in_words(task or "", messages), usage_metadata=usage)


def _in_words(task: str, messages: Sequence[BaseMessage]) -> str:
    """Reply as a model that is only asked in words."""
    prompt = messages[-1].text
    if task in ("grade", "check", "route"):
        choices = prompts.ROUTES if task == "route" else prompts.YES_OR_NO
        odds = _decide(messages, choices)
        return max(odds, key=odds.__getitem__)
    if task in ("quote", "answer"):
        return _span(messages, [prompt.partition("Quotation: ")[2] or prompt])
    return ""


def _use_tools(messages: Sequence[BaseMessage]) -> AIMessage:
    if isinstance(messages[-1], ToolMessage):
        return AIMessage("I was told no." if "not allow" in messages[-1].text else "It is remembered.")
    said = next(message.text for message in reversed(messages) if isinstance(message, HumanMessage))
    call = {"name": "remember", "args": {"fact": said.partition("that ")[2]}, "id": "call-1"}
    return AIMessage("", tool_calls=[call])


def _words(text: str) -> set[str]:
    common = {
        "lighthouse",
        "marrow",
        "point",
        "the",
        "is",
        "was",
        "in",
        "at",
        "to",
        "of",
        "a",
        "it",
        "question",
        "passage",
        "what",
        "how",
    }
    text = text.casefold().replace("high", "tall")
    return set(re.findall(r"\w+", text.casefold())) - common


class MemoryRetriever(BaseRetriever):
    passages: list[Passage]
    k: int

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        wanted = _words(query)
        ranked = sorted(self.passages, key=lambda passage: -len(wanted & _words(passage.text)))
        return [passage.to_document() for passage in ranked[: self.k]]


@dataclass
class MemoryIndex:
    """An index of texts that are given, one passage a section."""

    texts: dict[str, str]
    failed: list[FailedFile] = field(default_factory=list)
    refreshed: int = 0

    def refresh(self, progress: Any = None) -> IndexReport:
        self.refreshed += 1
        added = len(self.texts) if self.refreshed == 1 else 0
        return IndexReport(
            added=added,
            unchanged=len(self.texts) - added,
            failed=self.failed,
            chunks=len(self._passages()),
            seconds=0.01,
        )

    def watch(self, stop: threading.Event, progress: Any = None) -> Iterator[IndexReport]:
        yield self.refresh(progress)
        stop.wait()

    def text(self, path: str) -> str:
        if path not in self.texts:
            raise RagError(f"{path!r} is not in the index.")
        return self.texts[path]

    def close(self) -> None:
        pass

    def files(self) -> list[IndexedFile]:
        return [IndexedFile(path, "text", "utf-8", 1, len(text)) for path, text in self.texts.items()]

    def as_retriever(self, k: int) -> BaseRetriever:
        return MemoryRetriever(passages=self._passages(), k=k)

    def _passages(self) -> list[Passage]:
        found = []
        for path, text in self.texts.items():
            starts = [match.start() for match in re.finditer(r"^# ", text, re.M)] or [0]
            for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
                line = text.count("\n", 0, start) + 1
                last = line + text.count("\n", start, end - 1)
                found.append(Passage(text[start:end], path, start, end, line, last))
        return found


def open_memory_index(folder: Path) -> MemoryIndex:
    """Index the text files of a folder."""
    return MemoryIndex({path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())})
