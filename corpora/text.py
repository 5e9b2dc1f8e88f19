"""Pretraining text: documents become windows of tokens."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from corpora.wells import CorpusError, read_rows
from llm.tokenization.tokenizer import Tokenizer
from llm.training.sequences import SequenceWriter

DOCUMENTS_AT_ONCE = 512

Made = TypeVar("Made")


def text_files(folder: Path) -> list[Path]:
    """Return the training shards of a folder of pretraining text, in order of name.

    Raises:
        CorpusError: There are none.
    """
    files = sorted(path for path in folder.glob("*.jsonl*") if "validation" not in path.name)
    if not files:
        raise CorpusError(f"There is no pretraining text in {folder}: expected *.jsonl.xz files.")
    return files


def made_of_shards(
    folder: Path, count: int, seed: int, make: Callable[[Path, random.Random], Iterator[Made]]
) -> Iterator[Made]:
    """Yield what is made of the shards of a folder, evenly over all of them.

    Args:
        folder: Of the shards.
        count: How many in all, at most.
        seed: Makes the choices repeatable, for each shard by itself.
        make: Yields what one shard gives.
    """
    files = text_files(folder)
    for path in files:
        yield from islice(make(path, random.Random(f"{seed} {path.name}")), count // len(files))


def sample_texts(folder: Path, share: float) -> Iterator[str]:
    """Yield about a share of the documents, evenly over all shards."""
    step = max(1, round(1 / share))
    for path in text_files(folder):
        for row in islice(read_rows(path), 0, None, step):
            yield row["text"]


def write_text(paths: list[Path], tokenizer: Tokenizer, writer: SequenceWriter, window: int) -> None:
    """Write documents as sequences of at most `window` tokens, each document closed by END_OF_TEXT.

    Short documents stay alone: attention across unrelated documents teaches nothing.
    """
    for path in paths:
        texts = (row["text"] for row in read_rows(path))
        while group := list(islice(texts, DOCUMENTS_AT_ONCE)):
            for tokens in tokenizer.encode_batch(group):
                tokens.append(tokenizer.end_of_text_id)
                for start in range(0, len(tokens), window):
                    if len(tokens) - start > 16:
                        writer.write(tokens[start : start + window])
