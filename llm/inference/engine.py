"""The inference engine: prompts of tokens become replies, one token after another.

Each step takes the model's lock for one pass only, so concurrent callers take turns by the token and
a caller that stops reading blocks nobody. A pass reads the last token together with a draft of the
tokens that must follow (a grammar says so) or may follow (they did in the prompt), and keeps as many
as the model's own choice confirms.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import cached_property

import torch
from torch import Tensor

from llm.errors import ContextOverflowError
from llm.inference.attention import BLOCK
from llm.inference.batch_generation import write_batch
from llm.inference.constraints import Constraint, ConstraintCompiler
from llm.inference.decisions import score_choices
from llm.inference.fair_lock import FairLock
from llm.inference.fast_gpt import FastGPT
from llm.inference.generation import Completion, Finish, Generation, Token
from llm.inference.prefix_cache import PrefixCache, Slot
from llm.inference.projection import is_quantisation_faster
from llm.inference.sampling import GenerationSettings
from llm.model.gpt import GPT
from llm.tokenization.tokenizer import Tokenizer

BATCH_SIZE = 8
"""Most replies that are written in one pass."""


class Engine:
    """Answers prompts with a model; safe to use from several threads.

    Args:
        model: The trained model; its weights are not changed.
        tokenizer: Of the same weights.
        threads: CPU threads of a pass; None leaves PyTorch's setting.
        quantised: Compute with 8-bit integers; None does so where the processor is faster with them.
    """

    def __init__(
        self,
        model: GPT,
        tokenizer: Tokenizer,
        *,
        threads: int | None = None,
        quantised: bool | None = None,
    ) -> None:
        if threads is not None:
            torch.set_num_threads(threads)
        self.tokenizer = tokenizer
        if quantised is None:
            quantised = is_quantisation_faster()
        self.model = FastGPT(model, quantised=quantised)
        self.context_length = model.config.max_position_embeddings
        """Tokens of a prompt and its reply together."""
        self._lock = FairLock()
        self._prefixes = PrefixCache(self.model.new_cache, block=BLOCK if quantised else 1)

    @cached_property
    def constraints(self) -> ConstraintCompiler:
        """Compiles what a reply can be held to."""
        return ConstraintCompiler(self.tokenizer, self.model.config.vocab_size)

    def generate(
        self,
        prompt: Sequence[int],
        settings: GenerationSettings | None = None,
        constraint: Constraint | None = None,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Token | Finish]:
        """Reply to a prompt, token by token; the last item is a `Finish`.

        Args:
            prompt: Token ids, at least one.
            settings: How to choose tokens; greedy by default.
            constraint: What the reply is held to, from `constraints`.
            cancelled: Ends the reply before its next token when set.

        Raises:
            ContextOverflowError: The prompt leaves no room for a reply.
        """
        generation = self._begin(prompt, settings or GenerationSettings(), constraint)
        slot = self._prefixes.take(generation.prompt)
        try:
            yield from self._write(generation, slot, cancelled)
        finally:
            self._prefixes.put_back(slot)

    def complete(
        self,
        prompt: Sequence[int],
        settings: GenerationSettings | None = None,
        constraint: Constraint | None = None,
        cancelled: threading.Event | None = None,
    ) -> Completion:
        """Reply to a prompt and return the whole reply; arguments as of `generate`."""
        tokens: list[Token] = []
        for event in self.generate(prompt, settings, constraint, cancelled):
            if isinstance(event, Finish):
                return Completion.of(tokens, event)
            tokens.append(event)
        raise AssertionError("a generation ends with its finish")

    def complete_batch(
        self,
        prompts: Sequence[Sequence[int]],
        settings: GenerationSettings | None = None,
        constraints: Sequence[Constraint | None] | None = None,
        cancelled: threading.Event | None = None,
    ) -> list[Completion]:
        """Reply to several prompts at once.

        Args:
            prompts: Token ids of each prompt; those of similar length share their passes.
            settings: How to choose tokens, for all replies.
            constraints: What each reply is held to.
            cancelled: Ends all replies before their next tokens when set.

        Raises:
            ContextOverflowError: A prompt leaves no room for a reply.
        """
        held = constraints or [None] * len(prompts)
        generations = [
            self._begin(prompt, settings or GenerationSettings(), constraint)
            for prompt, constraint in zip(prompts, held, strict=True)
        ]
        completions: dict[int, Completion] = {}
        order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
        for start in range(0, len(order), BATCH_SIZE):
            group = order[start : start + BATCH_SIZE]
            written = write_batch(self.model, self._lock, [generations[i] for i in group], cancelled)
            completions |= zip(group, written, strict=True)
        return [completions[index] for index in range(len(prompts))]

    def choice_logprobs(
        self,
        prompts: Sequence[Sequence[int]],
        choices: Sequence[Sequence[int]],
        among: Sequence[int] = (),
    ) -> Tensor:
        """Score each choice as the reply to each prompt.

        Args:
            prompts: Token ids of each prompt; lengths may differ.
            choices: Token ids of each choice, at least one token each.
            among: Token ids whose probabilities sum to one, those of the choices included; all by default.

        Returns:
            Log-probability of all tokens of each choice (prompts, choices).

        Raises:
            ContextOverflowError: A prompt and a choice do not fit into the context.
        """
        longest = max(map(len, choices))
        for prompt in prompts:
            if len(prompt) + longest - 1 > self.context_length:
                raise ContextOverflowError(len(prompt), self.context_length)
        return score_choices(self.model, self._lock, prompts, choices, among)

    def forget(self) -> None:
        """Drop what is remembered of earlier prompts."""
        self._prefixes.clear()

    def _begin(
        self, prompt: Sequence[int], settings: GenerationSettings, constraint: Constraint | None
    ) -> Generation:
        if not prompt:
            raise ValueError("a prompt needs at least one token")
        room = self.context_length - len(prompt)
        if room < 1:
            raise ContextOverflowError(len(prompt), self.context_length)
        limit = min(settings.max_tokens, room)
        return Generation(
            self.tokenizer, list(prompt), settings, constraint, limit=limit, writable=self._writable
        )

    def _write(
        self, generation: Generation, slot: Slot, cancelled: threading.Event | None
    ) -> Iterator[Token | Finish]:
        reused = len(slot.tokens)
        pending = generation.prompt[reused:]
        steady = self.model.steady_part(len(generation.prompt)) - reused
        while generation.finish_reason is None:
            if cancelled is not None and cancelled.is_set():
                generation.finish_reason = "cancelled"
                break
            draft = generation.draft(self.context_length - slot.cache.length - len(pending))
            scores = self._read(slot, pending + draft, len(draft) + 1, max(steady, 0))
            steady = 0
            accepted = 0
            for place in range(len(draft) + 1):
                token = generation.take(scores[place])
                if token is None:
                    break
                yield token
                pending = [token.id]
                if generation.finish_reason or place == len(draft) or token.id != draft[place]:
                    break
                accepted += 1
            generation.report_draft(len(draft), accepted)
            self._forget(slot, len(draft) - accepted)
        yield generation.finish(reused)

    def _read(self, slot: Slot, tokens: list[int], last: int, steady: int) -> Tensor:
        """Add tokens to a slot; return the scores after each of the `last` ones (last, V)."""
        with self._lock:
            states = self.model.states(torch.tensor([tokens]), cache=slot.cache, last=last, steady=steady)
            slot.tokens += tokens
            slot.steady += steady
            return self.model.logits(states[0])

    def _forget(self, slot: Slot, tokens: int) -> None:
        """Take the last tokens of a slot back."""
        slot.cache.truncate(slot.cache.length - tokens)
        del slot.tokens[len(slot.tokens) - tokens :]

    @cached_property
    def _writable(self) -> Tensor:
        """Tokens that a free reply may hold (V,): text and the end, no other special token."""
        writable = torch.zeros(self.model.config.vocab_size, dtype=torch.bool)
        writable[: self.tokenizer.vocabulary_size] = True
        for token in self.tokenizer.special_ids.values():
            writable[token] = token == self.tokenizer.end_id
        return writable
