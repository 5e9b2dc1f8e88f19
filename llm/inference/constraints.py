"""Holds replies to a JSON Schema, to choices, to a pattern, or to spans of given texts.

A grammar says before each token which tokens may follow; the sampler takes one of those. So a tool
call cannot be malformed and a quotation cannot be invented, whatever the weights. The grammars are
compiled by llguidance, over the bytes of the same tokens that the model reads.

What is written is a reply in the model's own format: a text begins with the space that opens every text
(`llm.tokenization.opening`). Patterns and grammars of the caller's own hold what is written as it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import torch
from llguidance import LLMatcher, LLTokenizer
from llguidance.tiktoken import lltokenizer_from_encoding
from torch import Tensor

from llm.errors import ConstraintError
from llm.inference import grammars
from llm.inference.copies import copied_argument_grammar
from llm.tokenization.tokenizer import Tokenizer

_CLOSING_ORDER = ('"', "}", "]", "?", ",", ":", "0", "a", "e", " ")
"""What is tried first to finish a reply soon: ends before beginnings."""

_LEAVE_OUT = "; leave them out of the schema and check the reply for them yourself."

_MOST_USES = 8
"""How often the same token is tried on the way to the end; a string may need more than one kind."""


class Constraint:
    """A compiled grammar; `start` begins a reply under it.

    Args:
        matcher: The grammar in its first state.
        vocabulary: Masks and names of the tokens.
        beginning: The reply's first tokens, where they are given.
    """

    def __init__(
        self, matcher: LLMatcher, vocabulary: ConstraintCompiler, beginning: Sequence[int] = ()
    ) -> None:
        self._matcher = matcher
        self._vocabulary = vocabulary
        self._beginning = beginning

    def start(self) -> ConstraintState:
        """Begin a reply."""
        return ConstraintState(self._matcher.deep_copy(), self._vocabulary, self._beginning)

    def beginning_with(self, tokens: Sequence[int]) -> Constraint:
        """Return the same constraint for a reply whose first tokens, which it allows, are given."""
        return Constraint(self._matcher, self._vocabulary, tokens)

    def allows(self, tokens: Sequence[int]) -> bool:
        """Whether a reply may begin with these tokens."""
        state = self.start()
        try:
            for token in tokens:
                state.advance(token)
        except ConstraintError:
            return False
        return True

    @cached_property
    def shortest(self) -> int:
        """Tokens of a short complete reply; 0 when none was found."""
        return len(self.start().closing(limit=512) or ())


class ConstraintState:
    """Where a reply stands in its grammar."""

    def __init__(
        self, matcher: LLMatcher, vocabulary: ConstraintCompiler, beginning: Sequence[int] = ()
    ) -> None:
        self._matcher = matcher
        self._vocabulary = vocabulary
        self._beginning = tuple(beginning)

    def allowed(self) -> Tensor:
        """Return which tokens may come next (V,); the end token when the reply may end."""
        if self._beginning:
            only = torch.zeros(self._vocabulary.vocabulary_size, dtype=torch.bool)
            only[self._beginning[0]] = True
            return only
        packed = self._matcher.compute_bitmask()
        self._check()
        return self._vocabulary.unpack(packed)

    def forced(self) -> list[int]:
        """Return the tokens that must come next because nothing else may."""
        if self._beginning:
            return list(self._beginning)
        tokens: list[int] = self._matcher.compute_ff_tokens()
        return tokens

    def advance(self, token: int) -> None:
        """Take a token.

        Raises:
            ConstraintError: The grammar does not allow it.
        """
        self._beginning = self._beginning[1:]
        if not self._matcher.consume_token(token):
            self._check()
            raise ConstraintError(f"The token {token} is not allowed here.")

    @property
    def is_complete(self) -> bool:
        """Whether the reply may end here."""
        return not self._beginning and bool(self._matcher.is_accepting())

    @property
    def is_finished(self) -> bool:
        """Whether the reply must end here."""
        return bool(self._matcher.is_stopped())

    def copy(self) -> ConstraintState:
        """Return an independent state at the same place."""
        return ConstraintState(self._matcher.deep_copy(), self._vocabulary, self._beginning)

    def closing(self, limit: int) -> list[int] | None:
        """Return a short way to complete the reply; None when none of at most `limit` tokens is found."""
        state = self.copy()
        tokens: list[int] = []
        uses: dict[int, int] = {}
        while not state.is_complete:
            if len(tokens) >= limit:
                return None
            following = state.forced() or [self._vocabulary.closing_token(state.allowed(), uses)]
            for token in following:
                state.advance(token)
                uses[token] = uses.get(token, 0) + 1
            tokens += following
        return tokens if len(tokens) <= limit else None

    def _check(self) -> None:
        error = self._matcher.get_error()
        if error:
            raise ConstraintError(f"The constraint failed: {_first_line(error)}")


class ConstraintCompiler:
    """Compiles constraints for a tokenizer; those used lately are kept.

    Args:
        tokenizer: Names the tokens; its end token ends a reply.
        vocabulary_size: Number of scores that the model gives; at least the tokenizer's.
    """

    def __init__(self, tokenizer: Tokenizer, vocabulary_size: int | None = None) -> None:
        self.tokenizer = tokenizer
        self.vocabulary_size = vocabulary_size or tokenizer.vocabulary_size
        self._compile = lru_cache(maxsize=64)(self._compile_grammar)
        self._closing_ids = [
            tokens[0] for text in _CLOSING_ORDER if len(tokens := tokenizer.encode(text)) == 1
        ]
        self._letter_id = tokenizer.encode("z")[0]

    def json_schema(self, schema: Mapping[str, Any]) -> Constraint:
        """Hold a reply to compact JSON that validates against a schema.

        Raises:
            ConstraintError: The schema is wrong or uses what cannot be enforced.
        """
        return self._compile(grammars.json_grammar(schema))

    def choice(self, choices: Sequence[str]) -> Constraint:
        """Hold a reply to one of several texts."""
        if not choices or not all(choices):
            raise ConstraintError("A choice needs at least one text, and none may be empty.")
        return self._compile(grammars.choice_grammar(choices))

    def regex(self, pattern: str) -> Constraint:
        """Hold a reply to a regular expression in the syntax of Rust's `regex`; all of it must match."""
        return self._compile(LLMatcher.grammar_from_regex(pattern))

    def lark(self, grammar: str) -> Constraint:
        """Hold a reply to a context-free grammar in llguidance's dialect of Lark."""
        return self._compile(grammar)

    def spans(self, texts: Sequence[str]) -> Constraint:
        """Hold a reply to a run of whole words of one of the texts, at least one, without outer spaces."""
        texts = [text for text in texts if text.strip()]
        if not texts:
            raise ConstraintError(
                "There is no text to quote from: send at least one passage with words in it."
            )
        return self._compile(grammars.span_grammar(texts))

    def shortened(self, text: str) -> Constraint:
        """Hold a reply to a text in which words may be left out."""
        return self._compile(grammars.shortening_grammar(text))

    def completed(self, text: str, spans_of: Sequence[str]) -> Constraint:
        """Hold a reply to a text into which a span of other texts may be put; see `completing_grammar`."""
        return self._compile(grammars.completing_grammar(text, spans_of))

    def resumed(self, before: str, text: str) -> Constraint:
        """Hold a reply to a question into which a span of its follow-up is put; see `resuming_grammar`."""
        return self._compile(grammars.resuming_grammar(before, text))

    def questions(self, text: str) -> Constraint:
        """Hold a reply to questions, one a line, that name nothing but what a text names."""
        return self._compile(grammars.questions_grammar(text))

    def tool_calls(
        self, tools: Sequence[Mapping[str, Any]], *, required: bool, parallel: bool = True
    ) -> Constraint:
        """Hold a reply to calls of the tools, in the model's own format.

        Args:
            tools: Tools in OpenAI's format; the arguments are held to their parameters.
            required: Whether there must be a call; otherwise the model decides between words and calls.
            parallel: Whether there may be several calls.
        """
        return self._compile(grammars.tool_grammar(tools, required=required, parallel=parallel))

    def copied_argument(self, tool: Mapping[str, Any], name: str, texts: Sequence[str]) -> Constraint | None:
        """Hold the content of an argument, and the marks that close it, to what it may copy.

        Args:
            tool: The tool that is called, in OpenAI's format.
            name: Of the argument.
            texts: What is copied from.

        Returns:
            None where the argument is to be written.
        """
        grammar = copied_argument_grammar(tool["function"].get("parameters") or {}, name, texts)
        return self._compile(grammar) if grammar and self._is_possible(grammar) else None

    def unpack(self, packed: bytes) -> Tensor:
        """Turn a bit mask into booleans (V,)."""
        bits = torch.frombuffer(bytearray(packed), dtype=torch.uint8)
        flags = (bits.unsqueeze(1) >> self._shifts & 1).reshape(-1).bool()
        if len(flags) < self.vocabulary_size:
            flags = torch.cat([flags, flags.new_zeros(self.vocabulary_size - len(flags))])
        return flags[: self.vocabulary_size]

    def closing_token(self, allowed: Tensor, uses: Mapping[int, int]) -> int:
        """Return the allowed token that most likely helps to finish, seldom the same one for long."""
        # Where no letter may stand a bracket closes one that is open: there are as many as it takes.
        most = _MOST_USES if allowed[self._letter_id] else math.inf
        preferred = [token for token in self._closing_ids if allowed[token] and uses.get(token, 0) < most]
        if preferred:
            return preferred[0]
        candidates: list[int] = allowed.nonzero().flatten()[:256].tolist()
        return min(candidates, key=lambda token: uses.get(token, 0))

    @cached_property
    def _shifts(self) -> Tensor:
        return torch.arange(8, dtype=torch.uint8)

    @cached_property
    def _llguidance_tokenizer(self) -> LLTokenizer:
        return lltokenizer_from_encoding(
            self.tokenizer.encoding,
            n_vocab=self.tokenizer.vocabulary_size,
            eos_token=self.tokenizer.end_id,
        )

    def _is_possible(self, grammar: str) -> bool:
        """Whether some reply fulfils a grammar."""
        try:
            return bool(self._compile(grammar).start().allowed().any())
        except ConstraintError:
            return False

    def _compile_grammar(self, grammar: str) -> Constraint:
        matcher = LLMatcher(self._llguidance_tokenizer, grammar, log_level=0)
        if error := matcher.get_error():
            advice = _LEAVE_OUT if "Unimplemented keys" in error else ""
            raise ConstraintError(
                f"The reply cannot be held to this constraint: {_first_line(error)}{advice}"
            )
        return Constraint(matcher, self)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "unknown reason"
