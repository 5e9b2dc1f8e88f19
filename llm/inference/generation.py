"""One reply in the making: which token comes next, what text is certain, when it ends.

Nothing here runs the model. The engine hands in scores and gets tokens, so the same rules hold for
single replies, for batches, and for scores that were computed ahead of time for copied tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from llm.inference.constraints import Constraint, ConstraintState
from llm.inference.sampling import GenerationSettings, Sampler, TokenScore, score_tokens
from llm.inference.speculation import PromptLookup
from llm.inference.text_stream import TextStream
from llm.tokenization.tokenizer import Tokenizer

FinishReason = Literal["stop", "length", "cancelled"]

WATCHED_TOKENS = 64
"""From how many tokens before the limit on a constrained reply is kept completable."""

WATCH_EVERY = 16
"""Tokens between two looks at how many a reply needs to its end: brackets nest, and each must be closed."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a reply."""

    id: int
    text: str
    """Text that became certain with it; often empty while a character or stop string is open.

    A special token has no text of its own: this is what was held back before it.
    """
    score: TokenScore | None = None
    alternatives: list[TokenScore] = field(default_factory=list)
    """The likeliest tokens at its place, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a reply."""

    reason: FinishReason
    """`stop`: the model ended or met a stop string; `length`: no tokens were left; `cancelled`."""
    text: str
    """Text that was held back until now."""
    prompt_tokens: int
    cached_tokens: int
    """How many of the prompt's tokens were already read by an earlier call."""
    output_tokens: int
    """Tokens of the reply, without the end token."""
    also_read: int = 0
    """Tokens that were read besides the prompt, to find what to reply with and to weigh several replies."""
    also_written: int = 0
    """Tokens of the replies that it was taken from, without its own."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole reply."""

    text: str
    tokens: list[Token]
    finish: Finish

    @classmethod
    def of(cls, tokens: list[Token], finish: Finish) -> Completion:
        """Join the tokens and the end of a reply."""
        return cls("".join(token.text for token in tokens) + finish.text, tokens, finish)


class Generation:
    """A reply in the making.

    Args:
        tokenizer: Turns tokens into text.
        prompt: Tokens that the reply follows.
        settings: How to choose tokens.
        constraint: What the reply is held to.
        limit: Most tokens of the reply.
        writable: Tokens that a free reply may hold (V,).
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        prompt: list[int],
        settings: GenerationSettings,
        constraint: Constraint | None,
        *,
        limit: int,
        writable: Tensor,
    ) -> None:
        self._tokenizer = tokenizer
        self._settings = settings
        self.limit = limit
        """Most tokens of the reply."""
        self._writable = writable
        self._sampler = Sampler(settings, prompt)
        self._stream = TextStream(settings.stop)
        self._lookup = PromptLookup(prompt) if settings.speculate else None
        self._state: ConstraintState | None = constraint.start() if constraint else None
        self._watched = max(WATCHED_TOKENS, 4 * constraint.shortest) if constraint else 0
        self._forced: list[int] = self._state.forced() if self._state else []
        self._closing: list[int] = []
        self._is_closing = False
        self.prompt = prompt
        self.output: list[int] = []
        """Tokens of the reply so far."""
        self.finish_reason: FinishReason | None = None

    def draft(self, room: int) -> list[int]:
        """Return at most `room` tokens that must or may come next."""
        certain = self._closing or self._forced
        if certain:
            return certain[: max(room, 0)]
        if self._lookup is None:
            return []
        return self._lookup.propose(min(room, self.limit - len(self.output) - 1))

    def report_draft(self, proposed: int, accepted: int) -> None:
        """Learn how many tokens of a draft came true."""
        if self._lookup is not None:
            self._lookup.report(proposed, accepted)

    def take(self, scores: Tensor) -> Token | None:
        """Choose the next token from the model's scores (V,); None when the reply ends instead."""
        chosen = self._choose(scores)
        if chosen == self._tokenizer.end_id:
            self.finish_reason = "stop"
            return None
        self._advance(chosen)
        text = self._read_aloud(chosen)
        self.finish_reason = self._reason_to_finish()
        if self._settings.top_logprobs is None:
            return Token(chosen, text)
        return Token(chosen, text, *score_tokens(scores, chosen, self._settings.top_logprobs))

    def finish(self, cached_tokens: int) -> Finish:
        """Describe the end of the reply."""
        return Finish(
            reason=self.finish_reason or "cancelled",
            text=self._stream.finish(),
            prompt_tokens=len(self.prompt),
            cached_tokens=cached_tokens,
            output_tokens=len(self.output),
        )

    def _choose(self, scores: Tensor) -> int:
        if self._closing:
            return self._closing.pop(0)
        if self._forced:
            return self._forced.pop(0)
        scores = scores.masked_fill(~self._allowed(), -torch.inf)
        token = self._sampler.choose(scores)
        return self._keep_completable(token)

    def _allowed(self) -> Tensor:
        if self._state is not None:
            return self._state.allowed()
        if len(self.output) >= self._settings.min_tokens:
            return self._writable
        allowed = self._writable.clone()
        allowed[self._tokenizer.end_id] = False
        return allowed

    def _keep_completable(self, token: int) -> int:
        """Return the token, or one that finishes the reply if after it too few would be left."""
        left = self.limit - len(self.output)
        if self._state is None or token == self._tokenizer.end_id:
            return token
        if left > self._watched:
            self._watch(self._state, left)
            return token
        after = self._state.copy()
        after.advance(token)
        if after.closing(left - 1) is not None:
            return token
        closing = self._state.closing(left)
        if closing is None:  # the limit is below the shortest reply: nothing can mend that
            return token
        self._is_closing = True
        self._closing = closing
        return self._closing.pop(0) if closing else self._tokenizer.end_id

    def _watch(self, state: ConstraintState, left: int) -> None:
        """Watch a reply sooner whose end has moved away."""
        is_due = self.output and len(self.output) % WATCH_EVERY == 0
        if is_due and (closing := state.closing(left)):
            self._watched = max(self._watched, len(closing) + WATCHED_TOKENS)

    def _advance(self, token: int) -> None:
        self.output.append(token)
        self._sampler.observe(token)
        if self._lookup is not None:
            self._lookup.append(token)
        if self._state is not None:
            self._state.advance(token)
            if not self._forced and not self._is_closing:
                self._forced = self._state.forced()

    def _reason_to_finish(self) -> FinishReason | None:
        if self._stream.is_stopped:
            return "stop"
        if self._is_closing:
            return None if self._closing else "length"
        if self._state is not None and self._state.is_finished:
            return "stop"
        return "length" if len(self.output) >= self.limit else None

    def _read_aloud(self, token: int) -> str:
        if not self._tokenizer.is_special(token):
            return self._stream.push(self._tokenizer.token_bytes(token))
        text = self._stream.finish()  # words end where a tool call begins, and calls have no stop strings
        self._stream = TextStream()
        return text
