"""What the graphs would like a chat model to be able to do beyond LangChain's interface.

A node that decides among a few words, or that quotes, works with any chat model: it asks in words
and checks the reply. A model that offers the methods below is asked through them instead, and then
a decision comes with a probability and a quotation cannot be anything but a span of the passages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable
from typing_extensions import TypeIs, get_protocol_members

Port = TypeVar("Port")


@runtime_checkable
class ChoiceModel(Protocol):
    """A model that reads decisions from its own probabilities."""

    def choice_probabilities(
        self, conversations: Sequence[Sequence[BaseMessage]], choices: Sequence[str]
    ) -> list[dict[str, float]]:
        """Return the probability of each choice as the reply to each conversation.

        Args:
            conversations: Messages of each decision; all are decided in one batch.
            choices: The possible replies, the same for every decision.

        Returns:
            One dictionary a conversation, choice to probability; they sum to 1.
        """
        ...


@runtime_checkable
class SpanModel(Protocol):
    """A model whose decoder can be held to spans of given texts."""

    def bind_spans(self, texts: Sequence[str]) -> Runnable[Sequence[BaseMessage], AIMessage]:
        """Return the model held to reply with a non-empty span of one of the texts."""
        ...


@runtime_checkable
class EditModel(Protocol):
    """A model whose decoder can be held to small changes of a text."""

    def bind_edits(
        self, text: str, spans_of: Sequence[str], before: str = ""
    ) -> Runnable[Sequence[BaseMessage], AIMessage]:
        """Return the model held to reply with a text, little changed.

        Words may be left out, a span of other texts put in, or a span of it put into the question before.
        """
        ...


@runtime_checkable
class QuestionModel(Protocol):
    """A model whose decoder can be held to questions about what a text names."""

    def bind_questions(self, text: str) -> Runnable[Sequence[BaseMessage], AIMessage]:
        """Return the model held to reply with questions, one a line, about nothing but what a text names."""
        ...


@runtime_checkable
class ToolModel(Protocol):
    """A model that says how likely it would call each of several tools."""

    def call_probabilities(self, messages: Sequence[BaseMessage], tools: Sequence[Any]) -> list[float]:
        """Return how likely the reply to a conversation calls each tool, were it the only one.

        Args:
            messages: The conversation.
            tools: What LangChain takes as tools.
        """
        ...


@runtime_checkable
class CopyingModel(Protocol):
    """A model whose tool arguments can be copied from what was said."""

    def bind_call(self, tool: Any, *, refused: Sequence[str]) -> Runnable[Sequence[BaseMessage], AIMessage]:
        """Return the model held to call a tool once.

        Args:
            tool: What LangChain takes as a tool.
            refused: Arguments that the tool did not take: other words of the conversation stand for them.
        """
        ...


@runtime_checkable
class MeasuredModel(Protocol):
    """A model that knows how much it reads, and counts it without asking anybody."""

    @property
    def context_length(self) -> int:
        """Tokens that a prompt and its reply can have together."""
        ...

    def get_num_tokens_from_messages(
        self, messages: Sequence[BaseMessage], tools: Sequence[Any] | None = None
    ) -> int:
        """Return the tokens of a conversation as a prompt, with the tools that are shown with it."""
        ...


class Calibration(Protocol):
    """What was fitted to a model, by name; each is empty where nothing was."""

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Those of `graphs.thresholds`, and perhaps others."""
        ...

    @property
    def evidence(self) -> Mapping[str, float]:
        """Weights of `graphs.evidence` for passages and sentences."""
        ...

    @property
    def tool_evidence(self) -> Mapping[str, float]:
        """The same for tools."""
        ...

    @property
    def confidence(self) -> Mapping[str, float]:
        """Weights of `graphs.confidence`."""
        ...


@runtime_checkable
class CalibratedModel(Protocol):
    """A model that knows what was fitted to it."""

    @property
    def calibration(self) -> Calibration:
        """What was fitted."""
        ...


class EmbeddingModel(Protocol):
    """What is asked of an embedding model; every LangChain `Embeddings` object has it."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text."""
        ...

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        ...


def offers(model: object, port: Callable[..., Port]) -> TypeIs[Port]:
    """Whether a model has what a protocol names, of itself or of the model that it wraps.

    From Python 3.12 on `isinstance` overlooks what `bind` and `with_config` pass on.
    """
    members: frozenset[str] = get_protocol_members(port)  # type: ignore[arg-type] # mypy takes no protocol
    return all(hasattr(model, name) for name in members)
