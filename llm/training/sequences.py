"""Sequences of tokens on disk, and the batches made of them.

A sequence set is three flat files: token ids (uint16), which of them the model is to learn (uint8),
and where each sequence begins (int64). They are memory-mapped, so a set may be larger than memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from llm.errors import ConfigError

POOL_BATCHES = 64
"""Batches whose sequences are sorted by length together: little padding, yet well shuffled."""

_ENDINGS = (".tokens", ".learned", ".offsets")
"""The files of a set, in the order in which they appear."""

_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded sequences.

    `inputs` and `targets` are token ids (B, T), the targets one token ahead; `weights` (B, T) say how
    much each target counts, 0 for padding; `replied` (B, T) is true where it belongs to a reply.
    """

    inputs: Tensor
    targets: Tensor
    weights: Tensor
    replied: Tensor
    is_extractive: bool = False
    """Whether the replies are spans of their prompts, and are learned as such."""

    @property
    def tokens(self) -> int:
        """Tokens computed on, padding included."""
        return self.inputs.numel()


class SequenceWriter:
    """Writes a sequence set; use as a context manager.

    The set appears, or replaces an older one, only when the context ends well: half a set must not be taken
    for a whole one.

    Args:
        path: Path of the set without an ending; three files are made beside each other.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._tokens = open(f"{path}.tokens{_PARTIAL}", "wb")  # noqa: SIM115 - closed by __exit__
        self._learned = open(f"{path}.learned{_PARTIAL}", "wb")  # noqa: SIM115 - closed by __exit__
        self._offsets = [0]

    def __enter__(self) -> SequenceWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._tokens.close()
            self._learned.close()
            if kind is None:
                np.asarray(self._offsets, dtype=np.int64).tofile(f"{self._path}.offsets{_PARTIAL}")
                self._change_places()
        finally:
            for ending in _ENDINGS:
                Path(f"{self._path}{ending}{_PARTIAL}").unlink(missing_ok=True)

    def _change_places(self) -> None:
        """Put the files where they belong; meanwhile the offsets are missing, and with them the set."""
        Path(f"{self._path}.offsets").unlink(missing_ok=True)
        for ending in _ENDINGS:
            os.replace(f"{self._path}{ending}{_PARTIAL}", f"{self._path}{ending}")

    @property
    def sequences(self) -> int:
        """Sequences written."""
        return len(self._offsets) - 1

    @property
    def tokens(self) -> int:
        """Tokens written."""
        return self._offsets[-1]

    def write(self, tokens: Iterable[int], learned: Iterable[bool] | None = None) -> None:
        """Add a sequence; without `learned`, all of it is learned."""
        ids = np.fromiter(tokens, dtype=np.uint16)
        flags = np.ones(len(ids), dtype=np.uint8) if learned is None else np.fromiter(learned, dtype=np.uint8)
        if len(ids) != len(flags):
            raise ValueError(f"{len(ids)} tokens but {len(flags)} flags")
        ids.tofile(self._tokens)
        flags.tofile(self._learned)
        self._offsets.append(self._offsets[-1] + len(ids))


class SequenceSet:
    """A set of sequences, memory-mapped.

    Args:
        path: Path of the set without an ending.

    Raises:
        ConfigError: There is no such set, it is empty, or a file of it is damaged, which is named.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._offsets = np.fromfile(f"{path}.offsets", dtype=np.int64)
            sizes = [Path(f"{path}{ending}").stat().st_size for ending in (".tokens", ".learned")]
        except FileNotFoundError:
            raise ConfigError(
                f"There are no training sequences at {path}: run `python main.py corpus build`, or mend the "
                "name in the config."
            ) from None
        _check_whole(path, self._offsets, sizes)
        self._tokens = np.memmap(f"{path}.tokens", dtype=np.uint16, mode="r")
        self._learned = np.memmap(f"{path}.learned", dtype=np.uint8, mode="r")

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @property
    def tokens(self) -> int:
        """Tokens in the set."""
        return int(self._offsets[-1])

    def head(self, tokens: int) -> NDArray[np.uint16]:
        """Return the first tokens of the set, end to end."""
        return np.asarray(self._tokens[:tokens])

    def teaching(self, context: int) -> NDArray[np.bool_]:
        """Return of each sequence whether the context shows a token that is to be learned.

        Nothing predicts the first token, and what stands behind the context is cut off: often the reply.
        """
        starts = self._offsets[:-1]
        lengths = np.minimum(np.diff(self._offsets), context + 1)
        teaching = lengths > 1
        # Runs of places from the second token of a sequence to its end, and from there to the next one's.
        ends = np.stack([starts + 1, starts + lengths], axis=1)[teaching].ravel()
        if ends.size:
            inside = ends[:-1] if ends[-1] == len(self._learned) else ends
            teaching[teaching] = np.maximum.reduceat(self._learned, inside)[::2] > 0
        return teaching

    def epoch(self, seed: int, epoch: int, tokens_per_batch: int, context: int) -> list[NDArray[np.int64]]:
        """Plan one pass: batches of sequence numbers, shuffled, alike in length within a batch.

        Sequences of which the context shows nothing to learn are left out. The plan depends on the arguments
        alone, so a resumed run goes on where it stopped.
        """
        shuffle = np.random.default_rng([seed, epoch])
        order = shuffle.permutation(len(self))
        order = order[self.teaching(context)[order]]
        lengths = np.minimum(np.diff(self._offsets), context + 1)
        pool = max(1, int(POOL_BATCHES * tokens_per_batch / max(1.0, float(lengths.mean()))))
        batches: list[NDArray[np.int64]] = []
        for start in range(0, len(order), pool):
            numbers = order[start : start + pool]
            numbers = numbers[np.argsort(lengths[numbers], kind="stable")]
            batches += _cut(numbers, lengths[numbers], tokens_per_batch)
        return [batches[index] for index in shuffle.permutation(len(batches))]

    def batch(self, numbers: NDArray[np.int64], context: int, prompt_share: float, padding: int) -> Batch:
        """Assemble a batch.

        Args:
            numbers: Which sequences.
            context: Longest input; the rest of a sequence is left out.
            prompt_share: Share of the tokens not to be learned that count after all, drawn at random
                by the sequence numbers. A drawn tenth teaches what a tenth of the weight on each would,
                for a tenth of the output layer's work.
            padding: Token that fills short rows.
        """
        starts = self._offsets[numbers]
        lengths = np.minimum(self._offsets[numbers + 1] - starts, context + 1)
        width = int(lengths.max())
        tokens = np.full((len(numbers), width), padding, dtype=np.int64)
        weights = np.zeros((len(numbers), width), dtype=np.float32)
        replied = np.zeros((len(numbers), width), dtype=np.bool_)
        draw = np.random.default_rng(numbers)
        for row, (start, length) in enumerate(zip(starts, lengths, strict=True)):
            tokens[row, :length] = self._tokens[start : start + length]
            flags = replied[row, :length] = self._learned[start : start + length]
            weights[row, :length] = flags | (draw.random(length) < prompt_share)
        ids = torch.from_numpy(tokens)
        counted, of_replies = torch.from_numpy(weights)[:, 1:], torch.from_numpy(replied)[:, 1:]
        return Batch(ids[:, :-1], ids[:, 1:], counted, of_replies)


def _check_whole(path: Path, offsets: NDArray[np.int64], sizes: Sequence[int]) -> None:
    """Compare the sizes of the tokens' and the flags' file with what the offsets say of them."""
    if not len(offsets) or offsets[0] != 0 or (np.diff(offsets) < 0).any():
        raise _damaged(f"{path}.offsets")
    if offsets[-1] == 0:
        raise ConfigError(
            f"The training sequences at {path} are empty: leave the set out of the config, or build it of "
            "more text."
        )
    for ending, size, width in zip((".tokens", ".learned"), sizes, (2, 1), strict=True):
        if size != int(offsets[-1]) * width:
            raise _damaged(f"{path}{ending}")


def _damaged(file: str) -> ConfigError:
    return ConfigError(
        f"The training sequences in {file} are damaged or truncated: run `python main.py corpus build` again."
    )


def _cut(
    numbers: NDArray[np.int64], lengths: NDArray[np.int64], tokens_per_batch: int
) -> Iterator[NDArray[np.int64]]:
    """Cut sequences sorted by length into batches of at most `tokens_per_batch` padded tokens."""
    start = 0
    for end in range(1, len(numbers) + 1):
        is_last = end == len(numbers)
        if is_last or (end + 1 - start) * int(lengths[end]) > tokens_per_batch:
            yield numbers[start:end]
            start = end
