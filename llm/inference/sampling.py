"""How the next token is chosen from the model's scores."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from llm.errors import RequestError


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """What a caller may ask of a generation.

    Raises:
        RequestError: A value is outside its range; the message quotes it.
    """

    max_tokens: int = 256
    """Most tokens to produce, the end token not counted."""
    min_tokens: int = 0
    """The model may not end a free reply before it has this many tokens."""
    temperature: float = 0.0
    """0 takes the likeliest token; 1 samples from the model's own distribution."""
    top_k: int = 0
    """Sample among this many likeliest tokens; 0 for all."""
    top_p: float = 1.0
    """Sample among the likeliest tokens that together hold this probability."""
    min_p: float = 0.0
    """Sample among tokens at least this fraction as likely as the likeliest."""
    repetition_penalty: float = 1.0
    """Divide the scores of tokens that occurred (Keskar et al. 2019); 1 leaves them alone."""
    seed: int | None = None
    """Makes sampling repeatable; None takes a fresh one."""
    stop: tuple[str, ...] = ()
    """Texts before which the reply ends."""
    top_logprobs: int | None = None
    """None reports no log-probabilities; a number also reports that many alternatives."""
    speculate: bool = True
    """Guess ahead by copying from the prompt; changes the speed, not the reply."""

    def __post_init__(self) -> None:
        checks = {
            "max_tokens": self.max_tokens >= 1,
            "min_tokens": self.min_tokens >= 0,
            "temperature": 0 <= self.temperature < float("inf"),
            "top_k": self.top_k >= 0,
            "top_p": 0 < self.top_p <= 1,
            "min_p": 0 <= self.min_p <= 1,
            "repetition_penalty": self.repetition_penalty > 0,
            "stop": all(self.stop),
            "top_logprobs": self.top_logprobs is None or self.top_logprobs >= 0,
        }
        for name, is_valid in checks.items():
            if not is_valid:
                raise RequestError(f"{name}={getattr(self, name)!r} is out of range")


@dataclass(frozen=True, slots=True)
class TokenScore:
    """A token's log-probability under the model, before constraints and temperature."""

    token: int
    logprob: float


_COLDEST = 1e-6
"""Temperature below which sampling is greedy: single precision divides by no smaller number."""


class Sampler:
    """Chooses tokens for one generation.

    Args:
        settings: Temperature and its companions.
        prompt: Tokens that count as seen for the repetition penalty.
    """

    def __init__(self, settings: GenerationSettings, prompt: list[int]) -> None:
        self.settings = settings
        self._seen = set(prompt)
        self._generator = torch.Generator()
        if settings.seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(settings.seed)

    def choose(self, scores: Tensor) -> int:
        """Choose a token.

        Args:
            scores: Scores of the vocabulary (V,), -inf where a token is not allowed.
        """
        if self.settings.repetition_penalty != 1.0:
            scores = self._penalise(scores)
        if self.settings.temperature < _COLDEST:
            return int(scores.argmax())
        probabilities = self._truncate(scores / self.settings.temperature)
        return int(torch.multinomial(probabilities, 1, generator=self._generator))

    def observe(self, token: int) -> None:
        """Count a token as seen."""
        self._seen.add(token)

    def _penalise(self, scores: Tensor) -> Tensor:
        seen = torch.tensor(sorted(self._seen))
        penalty = self.settings.repetition_penalty
        values = scores[seen]
        scores = scores.clone()
        scores[seen] = torch.where(values > 0, values / penalty, values * penalty)
        return scores

    def _truncate(self, scores: Tensor) -> Tensor:
        """Return the distribution (V,) without the tokens that top-k, min-p and top-p leave out."""
        settings = self.settings
        if 0 < settings.top_k < len(scores):
            smallest = scores.topk(settings.top_k).values[-1]
            scores = scores.masked_fill(scores < smallest, -torch.inf)
        probabilities = scores.softmax(-1)
        if settings.min_p > 0:
            smallest = probabilities.max() * settings.min_p
            probabilities = probabilities.masked_fill(probabilities < smallest, 0.0)
        if settings.top_p < 1:
            ordered, order = probabilities.sort(descending=True)
            surplus = ordered.cumsum(0) - ordered > settings.top_p * ordered.sum()
            probabilities = probabilities.index_fill(0, order[surplus], 0.0)
        return probabilities


def score_tokens(scores: Tensor, token: int, alternatives: int) -> tuple[TokenScore, list[TokenScore]]:
    """Return the log-probability of a token and of the likeliest alternatives; scores (V,)."""
    logprobs = scores.log_softmax(-1)
    values, tokens = logprobs.topk(min(alternatives, len(logprobs)))
    ranked = zip(tokens.tolist(), values.tolist(), strict=True)
    return TokenScore(token, float(logprobs[token])), [TokenScore(*pair) for pair in ranked]
