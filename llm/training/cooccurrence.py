"""Token vectors from counts: which tokens stand near each other, factorised.

The positive pointwise mutual information of two tokens, factorised by a truncated singular value
decomposition, is as good a word vector as word2vec's (Levy and Goldberg 2014, "Neural word embedding
as implicit matrix factorization"). Counting a hundred million tokens takes a minute; learning the
same by gradient descent costs a CPU an hour.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

WINDOW = 4
"""Tokens on either side that count as near."""

SMOOTHING = 0.75
"""Exponent of context frequencies; it keeps rare contexts from dominating (Levy et al. 2015)."""

CHUNK = 4_000_000
"""Tokens counted at a time."""


def token_vectors(tokens: NDArray[np.uint16], vocabulary_size: int, width: int, seed: int = 0) -> Tensor:
    """Return a vector for each token, centred, with a mean square of 1.

    Args:
        tokens: A text as token ids.
        vocabulary_size: Number of tokens V.
        width: Channels of a vector.
        seed: Of the randomised decomposition.

    Returns:
        Vectors (V, width); a token that never occurs gets small random numbers.
    """
    information = _mutual_information(_count(tokens, vocabulary_size))
    torch.manual_seed(seed)
    left, strengths, _ = torch.svd_lowrank(information, q=width, niter=2)
    vectors = left * strengths.sqrt()
    vectors = vectors - vectors.mean(dim=0)
    vectors = vectors / vectors.square().mean(dim=1, keepdim=True).sqrt().clamp_min(1e-3)
    never = information.sum(dim=1) == 0
    vectors[never] = torch.randn(int(never.sum()), width)
    return vectors


def _count(tokens: NDArray[np.uint16], vocabulary_size: int) -> Tensor:
    """Count pairs of tokens at most `WINDOW` apart; nearer pairs count more."""
    counts = np.zeros(vocabulary_size * vocabulary_size, dtype=np.float32)
    for start in range(0, len(tokens), CHUNK):
        chunk = tokens[start : start + CHUNK].astype(np.int64)
        for distance in range(1, WINDOW + 1):
            pairs = chunk[:-distance] * vocabulary_size + chunk[distance:]
            unique, times = np.unique(pairs, return_counts=True)
            counts[unique] += times * np.float32(1 / distance)
    matrix = torch.from_numpy(counts.reshape(vocabulary_size, vocabulary_size))
    return matrix + matrix.T


def _mutual_information(counts: Tensor) -> Tensor:
    by_token = counts.sum(dim=1, keepdim=True).clamp_min(1e-9)
    context = counts.sum(dim=0).pow(SMOOTHING)
    context = context / context.sum()
    ratio = counts / by_token / context.clamp_min(1e-12)
    return ratio.clamp_min(1e-9).log().clamp_min(0)
