"""Calls whose arguments are copied from what was said where the model is not sure of its own words.

A small model misspells what it copies letter by letter: asked for the “Penworth lamp”, it searches for
“Penwames”. So the content of each string is weighed against runs of the conversation, argument after
argument: in one call a date may have to be put into another form, and a name to be copied.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from llm.chat.best_of import likeliest_tokens, per_token
from llm.chat.clock_times import clock_times, is_clock_time
from llm.chat.string_arguments import StringArgument, string_arguments
from llm.inference.decisions import tokens_scored
from llm.tokenization.opening import close_text

if TYPE_CHECKING:
    from llm.inference.constraints import Constraint
    from llm.inference.engine import Engine
    from llm.inference.generation import Completion
    from llm.inference.sampling import GenerationSettings

SURE = 3.0
"""Nats that a string in the model's own words may cost: one that costs more is mostly made up.

Measured on 300 arguments of held-out calls (docs/LOG.md); from two to four it makes no difference.
"""

COPIES = 4
"""How many copies that begin differently are weighed."""

MORE_COPIES = 12
"""How many of them where strings were refused: some begin with a part of a word."""


@dataclass(frozen=True, slots=True)
class CopySource:
    """What the arguments of a call may be copied from."""

    tool: Mapping[str, Any]
    """The tool that is called, in OpenAI's format."""
    texts: Sequence[str]
    """What was said."""
    is_forced: bool = False
    """Whether all that can be copied is copied, however sure the model is of its own words."""
    refused: frozenset[str] = frozenset()
    """Strings that were tried already: another is copied in their place."""

    def times(self, written: str) -> list[str]:
        """Return the times of day that were said, where one was written."""
        return clock_times(self.texts) if is_clock_time(written) else []

    def constraint(self, engine: Engine, name: str, written: str) -> Constraint | None:
        """Return what holds the content of an argument to a copy; None where it is to be written.

        Where a time of day was written, it is one of those that were said, in whatever words: of 5,626 in
        calls of training data before which any was said all are.
        """
        return engine.constraints.copied_argument(self.tool, name, self.times(written) or self.texts)


@dataclass(slots=True)
class CallWriter:
    """Writes a call, argument by argument.

    Args:
        engine: Of the model that calls.
        prompt: Token ids.
        settings: How to choose tokens.
        held: Holds the call to the tool's schema.
        source: What its strings are copied from, where they can be.
        cancelled: Ends the reply before its next token when set.
    """

    engine: Engine
    prompt: Sequence[int]
    settings: GenerationSettings
    held: Constraint
    source: CopySource
    cancelled: threading.Event | None = None
    _also_read: int = field(default=0, init=False)
    _also_written: int = field(default=0, init=False)

    def complete(self) -> Completion:
        """Return the whole reply.

        Raises:
            ContextOverflowError: The prompt leaves no room for a reply.
        """
        reply, done = self._written(()), 0
        while found := self._next_argument(reply, done):
            argument, copying = found
            copy, done = self._better_copy(argument, copying), argument.end
            if copy is None:
                continue
            kept = [*argument.before, *copy]
            dropped = self._written(kept)
            if any(whole.end == len(kept) for whole in self._arguments(dropped)):
                reply, dropped, done = dropped, reply, len(kept)
            # Otherwise the copy leaves no room for the rest.
            self._also_written += dropped.finish.output_tokens
        finish = replace(reply.finish, also_read=self._also_read, also_written=self._also_written)
        return replace(reply, finish=finish)

    def _written(self, begun: Sequence[int]) -> Completion:
        """Write the call on from its first tokens."""
        held = self.held.beginning_with(begun)
        return self.engine.complete(self.prompt, self.settings, held, self.cancelled)

    def _next_argument(self, reply: Completion, done: int) -> tuple[StringArgument, Constraint] | None:
        """Return the first string that ends behind so many tokens, and what holds it to a copy."""
        for argument in (one for one in self._arguments(reply) if one.end > done):
            written = self._text(argument.content)
            if copying := self.source.constraint(self.engine, argument.name, written):
                return argument, copying
        return None

    def _arguments(self, reply: Completion) -> Iterator[StringArgument]:
        return string_arguments(self.engine.tokenizer, _ids(reply))

    def _better_copy(self, argument: StringArgument, copying: Constraint) -> list[int] | None:
        """Return the best copy for an argument; None where what was written stands."""
        prompt, written = [*self.prompt, *argument.before], argument.content
        copies = self._copies(prompt, copying, COPIES)
        if any(map(self._is_refused, [written, *copies])):
            more = self._copies(prompt, copying, MORE_COPIES)
            copies = [copy for copy in more if not self._is_refused(copy)]
        # A schema may ask for what its properties alone do not say.
        copies = [copy for copy in copies if self.held.allows([*argument.before, *copy])]
        if not copies:
            return None
        replies = [written, *copies]
        among = sorted({*self.prompt, *chain.from_iterable(replies)})
        weighed = self.engine.choice_logprobs([prompt], replies, among)[0]
        sure = self.engine.choice_logprobs([prompt], [written])[0, 0]
        self._also_read += tokens_scored([prompt], replies) + tokens_scored([prompt], [written])
        best = 1 + int(per_token(weighed[1:], copies).argmax())
        is_likelier = sure > -SURE and weighed[0] >= weighed[best]
        can_stand = not (
            self.source.is_forced or self._is_refused(written) or self._is_unsaid(argument, copying)
        )
        stands = is_likelier and can_stand and not _has_spelt_letters(self.engine, replies[best])
        return None if stands or self._text(replies[best]) == self._text(written) else replies[best]

    def _is_refused(self, content: Sequence[int]) -> bool:
        return self._text(content) in self.source.refused

    def _is_unsaid(self, argument: StringArgument, copying: Constraint) -> bool:
        """Whether what was written was said as a mere part, as a station's city, or is another time."""
        written = self._text(argument.content)
        is_part = any(written in text for text in self.source.texts)
        return bool(is_part or self.source.times(written)) and not copying.allows(argument.content)

    def _text(self, content: Sequence[int]) -> str:
        """Return the text of a string by its tokens, without what opens and closes it."""
        return close_text(self.engine.tokenizer.decode(content).rpartition('"')[0])

    def _copies(self, prompt: Sequence[int], copying: Constraint, count: int) -> list[list[int]]:
        """Return copies for an argument that begin differently, each up to the token that closes it."""
        begun = likeliest_tokens(self.engine, prompt, copying.start(), count)
        held = [copying.beginning_with(first) for first in begun]
        greedy = replace(self.settings, temperature=0.0, top_logprobs=None)
        completions = self.engine.complete_batch([prompt] * len(held), greedy, held, self.cancelled)
        self._also_read += 2 * len(prompt)
        self._also_written += sum(one.finish.output_tokens for one in completions)
        return [self._closed(_ids(one)) for one in completions if one.finish.reason == "stop"]

    def _closed(self, tokens: Sequence[int]) -> list[int]:
        """Return the tokens of a string's content up to the one that closes it."""
        closing = (
            place for place, token in enumerate(tokens) if '"' in self.engine.tokenizer.decode([token])
        )
        return list(tokens[: next(closing) + 1])


def _ids(completion: Completion) -> list[int]:
    return [token.id for token in completion.tokens]


def _has_spelt_letters(engine: Engine, reply: Sequence[int]) -> bool:
    """Whether some token is no more than a part of a letter.

    Letters that the model has to put together of bytes, as those of other scripts, it finds unlikely
    wherever they stand: that a copy of them is unlikely says nothing.
    """
    return any("\ufffd" in engine.tokenizer.decode([token]) for token in reply)
