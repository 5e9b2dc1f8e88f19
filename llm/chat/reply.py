"""What the engine produced, as LangChain's messages: whole or in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, AIMessageChunk, InvalidToolCall, ToolCall
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from llm.chat.request import Request
from llm.chat.tool_calls import ToolCallReader
from llm.errors import ConstraintError
from llm.tokenization.opening import StringCloser, close_text
from llm.tokenization.special_tokens import TOOL_CALL

if TYPE_CHECKING:
    from llm.inference.generation import Finish, Token
    from llm.inference.sampling import TokenScore
    from llm.tokenization.tokenizer import Tokenizer


class ReplyReader:
    """Divides the tokens of a reply into words and tool calls.

    Args:
        request: What is being replied to.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._tool_call_id = request.engine.tokenizer.special_ids[TOOL_CALL]
        self.text = ""
        self._is_begun = False
        self._closer = StringCloser() if request.options.response_format is not None else None
        self.calls: list[ToolCallReader] = []
        self.logprobs: list[dict[str, Any]] = []

    def read(self, token: Token) -> AIMessageChunk | None:
        """Add a token; return what it adds to the message, if anything."""
        chunk = self._read_text(token.text)
        if token.id == self._tool_call_id:
            self.calls.append(ToolCallReader(len(self.calls)))
        if token.score is not None:
            chunk = chunk or AIMessageChunk(content="")
            scores = _describe_scores(token, self._request.engine.tokenizer)
            self.logprobs.append(scores)
            chunk.response_metadata = {"logprobs": {"content": [scores]}}
        return chunk

    def read_end(self, finish: Finish) -> AIMessageChunk:
        """Add the end; return the last chunk.

        Raises:
            ConstraintError: The reply should be a span of the passages and is not.
        """
        chunk = self._read_text(finish.text) or AIMessageChunk(content="")
        spans = self._request.options.spans
        if spans is not None and finish.reason != "cancelled" and not _is_span(self.text, spans):
            raise ConstraintError(f"The reply {self.text!r} is not a span of the passages.")
        # The last character of a call closes the object around its arguments, so it was held back
        # for good; nothing is missing.
        chunk.usage_metadata = usage_of(finish, self._request.tokens_read)
        chunk.response_metadata = self.metadata(finish)
        chunk.chunk_position = "last"
        return chunk

    def message(self, finish: Finish) -> AIMessage:
        """Return the whole message, once the end was read."""
        finished = [call.finish() for call in self.calls]
        valid: list[ToolCall] = [call for call in finished if call["type"] == "tool_call"]
        invalid: list[InvalidToolCall] = [call for call in finished if call["type"] == "invalid_tool_call"]
        metadata = self.metadata(finish)
        if self.logprobs:
            metadata["logprobs"] = {"content": self.logprobs}
        return AIMessage(
            content=self.text,
            tool_calls=valid,
            invalid_tool_calls=invalid,
            response_metadata=metadata,
            usage_metadata=usage_of(finish, self._request.tokens_read),
        )

    def metadata(self, finish: Finish) -> dict[str, Any]:
        """Return what `response_metadata` says about the reply's end."""
        reason = "tool_calls" if self.calls and finish.reason == "stop" else finish.reason
        return {
            "model_name": self._request.options.model,
            "model_provider": "homespun",
            "finish_reason": reason,
        }

    def _read_text(self, text: str) -> AIMessageChunk | None:
        if not text:
            return None
        if not self.calls:
            shown, self._is_begun = text if self._is_begun else close_text(text), True
            shown = self._closer.close(shown) if self._closer else shown
            self.text += shown
            return AIMessageChunk(content=shown) if shown else None
        piece = self.calls[-1].read(text)
        return AIMessageChunk(content="", tool_call_chunks=[piece]) if piece else None


def stream_reply(request: Request) -> Iterator[ChatGenerationChunk]:
    """Reply piece by piece."""
    from llm.inference.generation import Finish

    reader = ReplyReader(request)
    for event in request.reply():
        message = reader.read_end(event) if isinstance(event, Finish) else reader.read(event)
        if message is not None:
            yield ChatGenerationChunk(message=message)


def answer_whole(request: Request) -> ChatResult:
    """Reply with a whole message."""
    from llm.inference.generation import Finish

    reader = ReplyReader(request)
    for event in request.reply():
        if isinstance(event, Finish):
            reader.read_end(event)
            return ChatResult(generations=[ChatGeneration(message=reader.message(event))])
        reader.read(event)
    raise AssertionError("a generation ends with its finish")


def choice_message(request: Request, probabilities: dict[str, float]) -> AIMessage:
    """Return the likeliest choice as a message, with the probability of each in the metadata."""
    best = max(probabilities, key=probabilities.__getitem__)
    tokens = len(request.prompt)
    return AIMessage(
        content=best,
        usage_metadata=UsageMetadata(input_tokens=tokens, output_tokens=0, total_tokens=tokens),
        response_metadata={
            "model_name": request.options.model,
            "model_provider": "homespun",
            "finish_reason": "stop",
            "choice_probabilities": probabilities,
        },
    )


def choice_chunk(message: AIMessage) -> ChatGenerationChunk:
    """Return a whole message as the only chunk of a stream."""
    chunk = AIMessageChunk(
        content=message.content,
        response_metadata=message.response_metadata,
        usage_metadata=message.usage_metadata,
        chunk_position="last",
    )
    return ChatGenerationChunk(message=chunk)


def usage_of(finish: Finish, tokens_read: int = 0) -> UsageMetadata:
    """Return the token counts of a reply: all that the model read and wrote for it.

    Where a tool is selected or the best of several replies is taken, that is more than the prompt and the
    reply, as hidden reasoning is elsewhere. What an earlier call had read of the prompt is told, too.

    Args:
        finish: The end of the reply.
        tokens_read: Tokens read before the prompt, to select a tool.
    """
    read = finish.prompt_tokens + finish.also_read + tokens_read
    written = finish.output_tokens + finish.also_written
    return UsageMetadata(
        input_tokens=read,
        output_tokens=written,
        total_tokens=read + written,
        input_token_details=InputTokenDetails(cache_read=finish.cached_tokens),
    )


def _is_span(text: str, passages: Iterable[str]) -> bool:
    return bool(text) and any(text in passage for passage in passages)


def _describe_scores(token: Token, tokenizer: Tokenizer) -> dict[str, Any]:
    assert token.score is not None  # noqa: S101 - the caller has looked
    described = _describe_score(token.score, tokenizer)
    described["top_logprobs"] = [_describe_score(score, tokenizer) for score in token.alternatives]
    return described


def _describe_score(score: TokenScore, tokenizer: Tokenizer) -> dict[str, Any]:
    data = tokenizer.token_bytes(score.token)
    return {"token": data.decode("utf-8", "replace"), "bytes": list(data), "logprob": score.logprob}
