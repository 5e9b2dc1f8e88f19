"""A chat model as the graphs see it: it chooses, quotes and writes.

A model with the methods of `graphs.ports` is asked through them. Any other is asked in words.
"""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.runnables import Runnable, RunnableBinding, RunnableConfig, RunnableWithFallbacks
from langgraph.constants import TAG_NOSTREAM

from graphs.ports import (
    ChoiceModel,
    CopyingModel,
    EditModel,
    MeasuredModel,
    QuestionModel,
    SpanModel,
    offers,
)
from graphs.prompts import YES, YES_OR_NO, plan, rewrite
from graphs.sentences import list_items
from graphs.step import Ask, Work, ask_batch, ask_runnable

Distribution = dict[str, float]
"""Probability of each choice; they sum to 1."""

HISTORY = 4
"""Messages before a question that the model reads to understand it."""

LONGEST_EDITED = 300
"""Characters of a question that may lean on the conversation; longer ones say themselves what they mean."""

REPLY = 128
"""Tokens that a prompt leaves for the reply, of a model that reads little a quarter of what it reads."""

_UNSEEN = RunnableConfig(tags=[TAG_NOSTREAM])
"""Keeps a call out of the stream of messages: its reply is a decision, not something to show."""


class Mind:
    """What a graph asks of its chat model.

    Args:
        model: Any LangChain chat model.

    Raises:
        TypeError: It is something else, perhaps a wrapper that hides what a model can do.
    """

    def __init__(self, model: BaseChatModel) -> None:
        if not _is_chat_model(model):
            raise TypeError(
                f"A graph cannot ask a {type(model).__name__} all that it asks a model: give it the chat "
                "model itself. Lost connections and busy services are tried again by the graph."
            )
        self.model = model

    def choose(
        self, conversations: Sequence[Sequence[BaseMessage]], choices: Sequence[str]
    ) -> Work[list[Distribution]]:
        """Choose a reply to each conversation, all in one batch."""
        if not conversations:
            return []
        model = self.model
        if offers(model, ChoiceModel):
            decide = model.choice_probabilities
            distributions: list[Distribution] = yield Ask(
                lambda: decide(conversations, choices),
                lambda: asyncio.to_thread(decide, conversations, choices),
            )
            return distributions
        inputs: list[LanguageModelInput] = [list(messages) for messages in conversations]
        replies = yield from ask_batch(model, inputs, _UNSEEN)
        return [read_choice(reply.text, choices) for reply in replies]

    def agree(self, conversations: Sequence[Sequence[BaseMessage]]) -> Work[list[float]]:
        """Return the probability of a yes to each conversation, all asked in one batch."""
        distributions = yield from self.choose(conversations, YES_OR_NO)
        return [distribution[YES] for distribution in distributions]

    def quote(self, messages: Sequence[BaseMessage], texts: Sequence[str]) -> Work[str]:
        """Reply with a span of one of the texts; a foreign model's reply still has to be checked."""
        if offers(self.model, SpanModel):
            spans = self.model.bind_spans(texts)
            return (yield from ask_runnable(spans, messages, _UNSEEN)).text.strip()
        return (yield from self.write(messages)).text.strip()

    def restate(self, history: Sequence[BaseMessage], question: str) -> Work[str]:
        """Reply with a question that stands without the conversation before it, the end of which is read.

        A model that can be held to edits keeps to words that were said; a very long question stands alone.
        """
        recent = self.newest_turns(history[-HISTORY:], lambda turns: rewrite(turns, question))
        if history and not recent:
            return question  # no turn fits beside it
        messages = rewrite(recent, question)
        if not offers(self.model, EditModel):
            return (yield from self.write(messages)).text.strip() or question
        if len(question) > LONGEST_EDITED:
            return question
        edits = self.model.bind_edits(question, [message.text for message in recent], _asked_last(recent))
        return (yield from ask_runnable(edits, messages, _UNSEEN)).text.strip() or question

    def divide(self, question: str) -> Work[list[str]]:
        """Return the simple questions that a question is made of."""
        messages = plan(question)
        if not offers(self.model, QuestionModel):
            reply = yield from self.write(messages)
        else:
            reply = yield from ask_runnable(self.model.bind_questions(question), messages, _UNSEEN)
        return list(dict.fromkeys(list_items(reply.text)))

    def write(
        self,
        messages: Sequence[BaseMessage],
        *,
        tools: Sequence[Any] = (),
        tool_choice: str | None = None,
        streamed: bool = False,
    ) -> Work[AIMessage]:
        """Reply freely, or with calls of the tools.

        Args:
            messages: The conversation.
            tools: Tools that the model may call.
            tool_choice: LangChain's word for whether it must; None lets it decide.
            streamed: Whether the stream of messages shows the reply while it is written.
        """
        model: Runnable[LanguageModelInput, AIMessage] = (
            self.model.bind_tools(list(tools), tool_choice=tool_choice) if tools else self.model
        )
        return (yield from ask_runnable(model, list(messages), None if streamed else _UNSEEN))

    def count_tokens(self, messages: Sequence[BaseMessage]) -> int:
        """Return how long a conversation is: exactly where the model knows, else by an estimate."""
        if offers(self.model, MeasuredModel):
            return self.model.get_num_tokens_from_messages(messages)
        return count_tokens_approximately(messages)

    def fits(self, messages: Sequence[BaseMessage], tools: Sequence[Any] = ()) -> bool:
        """Whether a prompt leaves room for a reply, as far as the model knows.

        Args:
            messages: The prompt.
            tools: Tools that may be shown with it, one at a time.
        """
        if not offers(self.model, MeasuredModel):
            return True
        count, length = self.model.get_num_tokens_from_messages, self.model.context_length
        most = length - min(REPLY, length // 4)
        return all(count(messages, shown) <= most for shown in ([[tool] for tool in tools] or [[]]))

    def newest_turns(
        self,
        history: Sequence[BaseMessage],
        prompt: Callable[[Sequence[BaseMessage]], Sequence[BaseMessage]],
        tools: Sequence[Any] = (),
    ) -> Sequence[BaseMessage]:
        """Return as many of the newest turns of a conversation as fit into a prompt, perhaps none.

        Args:
            history: The conversation before what is asked now.
            prompt: Makes the prompt from turns.
            tools: Tools that may be shown with it, one at a time.
        """
        starts = [at for at, message in enumerate(history) if isinstance(message, HumanMessage) or not at]
        first = bisect_left(starts, True, key=lambda start: self.fits(prompt(history[start:]), tools))
        return history[starts[first] :] if first < len(starts) else []

    def call(self, messages: Sequence[BaseMessage], tool: Any, refused: Sequence[str]) -> Work[AIMessage]:
        """Reply with one call of a tool, with other words of the conversation for those that were refused.

        Raises:
            TypeError: The model cannot be held to the words of a conversation.
        """
        if not offers(self.model, CopyingModel):
            raise TypeError("only a CopyingModel can be held to the words of a conversation")
        return (yield from ask_runnable(self.model.bind_call(tool, refused=refused), messages, _UNSEEN))


def _is_chat_model(model: object) -> bool:
    """Whether something can be asked like a chat model."""
    if isinstance(model, RunnableWithFallbacks):
        return not offers(model, ChoiceModel)  # those that take its place could not do what it can
    # What `bind` and `with_config` return has all methods of its model.
    return isinstance(model.bound if isinstance(model, RunnableBinding) else model, BaseChatModel)


def read_choice(reply: str, choices: Sequence[str]) -> Distribution:
    """Read a choice from a reply in words.

    A reply that names exactly one choice, or begins with one, is certain. Any other is undecided: each
    choice is as likely as the next.
    """
    words = re.findall(r"\w+", reply.casefold())
    named = [choice for choice in choices if choice.casefold() in words]
    if len(named) > 1:
        named = [choice for choice in named if words[0] == choice.casefold()]
    if len(named) != 1:
        return dict.fromkeys(choices, 1.0 / len(choices))
    return {choice: float(choice == named[0]) for choice in choices}


def _asked_last(history: Sequence[BaseMessage]) -> str:
    """Return the last question before, if it is short enough to be edited."""
    asked = [message.text for message in history if isinstance(message, HumanMessage)]
    return asked[-1] if asked and len(asked[-1]) <= LONGEST_EDITED else ""
