"""Looks into the model while it answers: what was copied, how sure it was, where it looked.

Forward hooks on the normalised queries and keys of each layer record what attention saw; the weights
themselves are computed again from them, since fused attention never writes them down.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from llm.model.gpt import GPT, Attention, rotate
from llm.tokenization.tokenizer import Tokenizer

SHORTEST_COPY = 3
"""Fewest tokens in a row that count as copied; shorter answers must match as a whole."""


@dataclass(frozen=True, slots=True)
class Source:
    """A token that attention looked at."""

    place: int
    """Its index in the prompt and answer together."""
    text: str
    weight: float
    """Its share of the attention, on average over heads and the upper half of the layers."""


@dataclass(frozen=True, slots=True)
class InspectedToken:
    """A token of the answer and what the model did to write it."""

    text: str
    probability: float
    """The model's own, before constraints and temperature."""
    entropy: float
    """Of the model's distribution at its place, in bits."""
    copied_from: int | None
    """Index of the prompt token that it repeats as part of a longer run; None if it is new."""
    sources: list[Source]
    """What attention looked at most, strongest first, without the first token, where idle heads rest."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """An answer, token by token."""

    prompt: list[str]
    """Text of each token of the prompt."""
    tokens: list[InspectedToken]
    attention: Tensor
    """Share of attention of each answer token on each earlier token (answer, prompt + answer)."""

    @property
    def copied_share(self) -> float:
        """Share of the answer's tokens that were copied from the prompt."""
        return sum(token.copied_from is not None for token in self.tokens) / max(len(self.tokens), 1)


@torch.inference_mode()
def inspect_answer(
    model: GPT, tokenizer: Tokenizer, prompt: Sequence[int], answer: Sequence[int], sources: int = 3
) -> Inspection:
    """Read a prompt and its answer once more and report on each token of the answer.

    Args:
        model: The model that answered.
        tokenizer: Of the same weights.
        prompt: Token ids of the prompt.
        answer: Token ids of the answer, at least one.
        sources: How many attention sources are listed with each token.

    Raises:
        ValueError: The answer is empty.
    """
    if not answer:
        raise ValueError("there is no answer to inspect")
    tokens = [*prompt, *answer]
    with _recorded_attention(model) as recorded:
        logits = model(torch.tensor([tokens]))[0, len(prompt) - 1 : -1]
    attention = _attention_of_answer(model, recorded, len(prompt) - 1, len(tokens))
    texts = [tokenizer.decode([token]) for token in tokens]
    # A quotation begins without the space that its first word has inside a sentence.
    words = [text.lstrip(" ") or text for text in texts]
    places = find_copies(words[: len(prompt)], words[len(prompt) :], attention)
    logprobs = logits.log_softmax(-1)
    entropies = -(logprobs.exp() * logprobs).sum(-1) / math.log(2)
    inspected = [
        InspectedToken(
            text=texts[len(prompt) + index],
            probability=float(logprobs[index, token].exp()),
            entropy=float(entropies[index]),
            copied_from=places[index],
            sources=_strongest(attention[index], texts, sources),
        )
        for index, token in enumerate(answer)
    ]
    return Inspection(texts[: len(prompt)], inspected, attention)


def find_copies(prompt: Sequence[object], answer: Sequence[object], attention: Tensor) -> list[int | None]:
    """Return for each answer token the place in the prompt that it was copied from, or None.

    Tokens may be ids or texts. Runs of at least `SHORTEST_COPY` tokens count. Where a run occurs
    several times in the prompt, the occurrence that attention (answer, S) looked at most is taken.
    """
    places: list[int | None] = [None] * len(answer)
    index = 0
    while index < len(answer):
        starts = {start: _run(prompt, start, answer, index) for start in range(len(prompt))}
        longest = max(starts.values(), default=0)
        if longest >= min(SHORTEST_COPY, len(answer)):
            rows = torch.arange(index, index + longest)
            best = max(
                (start for start, length in starts.items() if length == longest),
                key=lambda start: float(attention[rows, rows - index + start].sum()),
            )
            places[index : index + longest] = range(best, best + longest)
        index += max(longest if places[index] is not None else 1, 1)
    return places


def _run(prompt: Sequence[object], start: int, answer: Sequence[object], index: int) -> int:
    length = 0
    while (
        start + length < len(prompt)
        and index + length < len(answer)
        and prompt[start + length] == answer[index + length]
    ):
        length += 1
    return length


def _strongest(attention: Tensor, texts: Sequence[str], count: int) -> list[Source]:
    weights, places = attention[1:].topk(min(count, len(attention) - 1))
    pairs = zip((places + 1).tolist(), weights.tolist(), strict=True)
    return [Source(place, texts[place], weight) for place, weight in pairs if weight > 0]


@contextmanager
def _recorded_attention(model: GPT) -> Iterator[dict[tuple[int, str], Tensor]]:
    """Record each layer's normalised queries and keys (T, heads, D) while the model runs."""
    recorded: dict[tuple[int, str], Tensor] = {}
    handles = []
    attentions = (module for module in model.modules() if isinstance(module, Attention))
    for layer, attention in enumerate(attentions):
        for name, norm in (("query", attention.q_norm), ("key", attention.k_norm)):
            key = (layer, name)

            def hook(_: nn.Module, __: object, output: Tensor, key: tuple[int, str] = key) -> None:
                recorded[key] = output[0]

            handles.append(norm.register_forward_hook(hook))
    try:
        yield recorded
    finally:
        for handle in handles:
            handle.remove()


def _attention_of_answer(
    model: GPT, recorded: dict[tuple[int, str], Tensor], start: int, length: int
) -> Tensor:
    """Return the mean attention of the tokens that chose the answer (answer, S), upper layers only."""
    layers = model.config.num_hidden_layers
    upper = range(layers // 2, layers)
    weights = [_layer_attention(model, recorded, layer, start, length) for layer in upper]
    return torch.stack(weights).mean(0)


def _layer_attention(
    model: GPT, recorded: dict[tuple[int, str], Tensor], layer: int, start: int, length: int
) -> Tensor:
    rotation = (model.cosines[:length], model.sines[:length])
    query = rotate(recorded[layer, "query"].transpose(0, 1).unsqueeze(0), rotation)[0, :, start:-1]
    key = rotate(recorded[layer, "key"].transpose(0, 1).unsqueeze(0), rotation)[0]
    key = key.repeat_interleave(query.shape[0] // key.shape[0], dim=0)
    scores = query @ key.transpose(1, 2) * model.config.head_dim**-0.5
    later = torch.ones(length, length, dtype=torch.bool).triu(1)[start:-1]
    weights: Tensor = scores.masked_fill(later, -torch.inf).softmax(-1)
    return weights.mean(0)
