"""Byte-level BPE tokenizer: trained with Hugging Face `tokenizers`, run by `tiktoken`.

Two files describe the same vocabulary: `tokenizer.json` for transformers, vLLM and llama.cpp, and
`vocabulary.tiktoken` (a rank file) for tiktoken, which encodes several times faster. A test holds
them together. Text never produces a special token: those are placed by the chat template alone, so
a document that contains "<|end|>" cannot end a message.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llm.errors import WeightsError
from llm.tokenization.special_tokens import END, END_OF_TEXT, SPECIAL_TOKENS

if TYPE_CHECKING:
    import tiktoken

RANKS_FILE = "vocabulary.tiktoken"
TOKENIZER_FILE = "tokenizer.json"

SPLIT_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""The split pattern of Qwen2 (digits stand singly), so llama.cpp and transformers can follow."""


class Tokenizer:
    """Turns text into token ids and back.

    Args:
        ranks: Bytes of each ordinary token to its id, 0 to len(ranks) - 1.
    """

    def __init__(self, ranks: dict[bytes, int]) -> None:
        self._ranks = ranks
        self.special_ids: dict[str, int] = {
            token: len(ranks) + index for index, token in enumerate(SPECIAL_TOKENS)
        }
        """Special token to its id."""
        self.vocabulary_size = len(ranks) + len(SPECIAL_TOKENS)
        self.end_id = self.special_ids[END]
        self.end_of_text_id = self.special_ids[END_OF_TEXT]

    @cached_property
    def encoding(self) -> tiktoken.Encoding:
        """The tiktoken encoding, special tokens included."""
        import tiktoken

        return tiktoken.Encoding(
            name=f"homespun-{self.vocabulary_size}",
            pat_str=SPLIT_PATTERN,
            mergeable_ranks=self._ranks,
            special_tokens=self.special_ids,
        )

    def encode(self, text: str) -> list[int]:
        """Encode text as ordinary tokens; the spelling of a special token is text like any other."""
        return self.encoding.encode_ordinary(text)

    def encode_batch(self, texts: list[str], threads: int = 2) -> list[list[int]]:
        """Encode many texts at once."""
        return self.encoding.encode_ordinary_batch(texts, num_threads=threads)

    def decode(self, tokens: Iterable[int]) -> str:
        """Decode tokens; bytes that are no valid UTF-8 become U+FFFD."""
        return self.encoding.decode(list(tokens), errors="replace")

    def token_bytes(self, token: int) -> bytes:
        """Return the bytes of one token."""
        return self.encoding.decode_single_token_bytes(token)

    def is_special(self, token: int) -> bool:
        """Whether a token is one of the special tokens, which stand for no text."""
        return token >= len(self._ranks)

    def count(self, text: str) -> int:
        """Return the number of tokens of a text."""
        return len(self.encode(text))

    @classmethod
    def load(cls, folder: Path) -> Tokenizer:
        """Load the rank file of a weights folder.

        Raises:
            WeightsError: The file is missing or no rank file.
        """
        path = folder / RANKS_FILE
        try:
            return cls(dict(_read_ranks(path)))
        except FileNotFoundError:
            raise WeightsError(f"The tokenizer file {path} is missing: restore the weights folder.") from None
        except ValueError:
            raise WeightsError(f"The tokenizer file {path} is damaged: restore the weights folder.") from None

    def save(self, folder: Path) -> None:
        """Write the rank file; `tokenizer.json` is written by `train`."""
        lines = (f"{base64.b64encode(token).decode()} {rank}" for token, rank in self._ranks.items())
        (folder / RANKS_FILE).write_text("\n".join(lines) + "\n", encoding="ascii")


def copy_tokenizer(source: Path, target: Path) -> None:
    """Copy both files of the tokenizer of a folder into another folder."""
    for name in (RANKS_FILE, TOKENIZER_FILE):
        shutil.copyfile(source / name, target / name)


def is_same_vocabulary(folder: Path, other: Path) -> bool:
    """Whether two folders hold the same rank file, so that a token means the same in both."""
    try:
        return (folder / RANKS_FILE).read_bytes() == (other / RANKS_FILE).read_bytes()
    except FileNotFoundError:
        return False


def vocabulary_digest(folder: Path) -> str:
    """Return a digest of a folder's rank file: where it is the same, a token means the same."""
    return hashlib.sha256((folder / RANKS_FILE).read_bytes()).hexdigest()


def _read_ranks(path: Path) -> Iterator[tuple[bytes, int]]:
    for line in path.read_text(encoding="ascii").splitlines():
        token, rank = line.split()
        yield base64.b64decode(token), int(rank)


def train_tokenizer(texts: Iterable[str], vocabulary_size: int, folder: Path) -> Tokenizer:
    """Train a tokenizer and write both of its files into `folder`.

    Args:
        texts: Text to count pairs in.
        vocabulary_size: Number of tokens, special tokens included; at least 256 + 64.
        folder: Where `tokenizer.json` and the rank file go; made if missing.
    """
    from tokenizers import AddedToken, Regex, decoders, models, pre_tokenizers, trainers
    from tokenizers import Tokenizer as HuggingFaceTokenizer

    trained = HuggingFaceTokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT_PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trained.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size - len(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    trained.train_from_iterator(texts, trainer)
    trained.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS]
    )
    folder.mkdir(parents=True, exist_ok=True)
    trained.save(str(folder / TOKENIZER_FILE))
    tokenizer = Tokenizer(_ranks_of(json.loads(trained.to_str())))
    tokenizer.save(folder)
    return tokenizer


def _ranks_of(description: dict[str, Any]) -> dict[bytes, int]:
    """Translate the byte-level alphabet of `tokenizer.json` back to bytes, in the order of ids."""
    byte_of = {character: byte for byte, character in _byte_alphabet().items()}
    vocabulary: dict[str, int] = description["model"]["vocab"]
    ordered = sorted(vocabulary.items(), key=lambda item: item[1])
    return {bytes(byte_of[character] for character in token): rank for token, rank in ordered}


def _byte_alphabet() -> dict[int, str]:
    """Byte to the printable character that stands for it (GPT-2, `bytes_to_unicode`)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {
        byte: chr(256 + index) for index, byte in enumerate(others)
    }
