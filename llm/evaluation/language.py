"""Bits per byte: how well the model foresees text, whatever its tokenizer."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch.nn import functional

from llm.model.gpt import GPT
from llm.tokenization.tokenizer import Tokenizer


@torch.inference_mode()
def bits_per_byte(
    model: GPT, tokenizer: Tokenizer, texts: Iterable[str], context: int = 512
) -> dict[str, float]:
    """Return bits per byte over texts, cut into windows of `context` tokens, or of what the model reads.

    Each document begins after END_OF_TEXT, so its first token is foreseen too. Each later window
    begins with the last token of the one before, which is the only thing that it knows of it.

    Returns:
        bits_per_byte, tokens, bytes and bytes_per_token.
    """
    context = min(context, model.config.max_position_embeddings)
    nats, tokens, size = 0.0, 0, 0
    for text in texts:
        encoded = [tokenizer.end_of_text_id, *tokenizer.encode(text)]
        size += len(text.encode())
        tokens += len(encoded) - 1
        for start in range(0, len(encoded) - 1, context):
            window = torch.tensor(encoded[start : start + context + 1])
            logits = model(window[None, :-1])[0]
            nats += functional.cross_entropy(logits, window[1:], reduction="sum").item()
    return {
        "bits_per_byte": nats / math.log(2) / max(size, 1),
        "tokens": tokens,
        "bytes": size,
        "bytes_per_token": size / max(tokens, 1),
    }
