"""Training data from a person's own documents: their text, and questions made of it.

    python main.py finetune --docs FOLDER

Beside them stand examples over invented worlds, which need no data: they keep the model at the tasks
that it learned before, while it learns the words of the folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpora import selfmade
from corpora.build import LONGEST_EXAMPLE, WINDOW
from corpora.example import Example
from corpora.tasks.reading import ReadingTasks
from corpora.text import write_text
from corpora.worlds import stories
from llm.chat.messages import to_template
from llm.tokenization.template import ChatTemplate
from llm.tokenization.tokenizer import Tokenizer
from llm.training.sequences import SequenceWriter

PIECE_CHARACTERS = 2_000
"""About how long the pieces are that documents are cut into, at the ends of paragraphs."""

HELD_OUT_EVERY = 20
"""Every n-th piece is only measured, never learned; a folder with fewer pieces keeps none back."""

MOST_QUESTIONS = 20_000
INVENTED = 2_000
"""Readings over invented worlds."""

TEXT, QUESTIONS, INVENTED_SET, HELD_OUT = "text", "questions", "invented", "held_out"
"""Names of the sequence sets."""


@dataclass(frozen=True, slots=True)
class PersonalCorpus:
    """What was made of a folder."""

    pieces: int
    """Pieces of text, those held out included."""
    tokens: int
    """Tokens of the text that is learned."""
    questions: int
    """Questions made of the text."""
    sets: tuple[str, ...]
    """Names of the sequence sets that hold something."""
    held_out: tuple[str, ...]
    """Pieces that are kept back to measure with."""


def build_personal(texts: Iterable[str], tokenizer: Tokenizer, out: Path, seed: int = 0) -> PersonalCorpus:
    """Write the sequence sets of a folder; the same texts and seed give the same bytes.

    Args:
        texts: Texts of the documents, in a fixed order.
        tokenizer: Of the model that goes on learning.
        out: Where to; made if missing.
        seed: Makes all choices repeatable.
    """
    pieces = [piece for text in texts for piece in cut(text)]
    held_out = pieces[HELD_OUT_EVERY // 2 :: HELD_OUT_EVERY] if len(pieces) >= HELD_OUT_EVERY else []
    kept_back = set(held_out)
    learned = [piece for piece in pieces if piece not in kept_back]
    own = _write_rows(learned, out / "own")
    with SequenceWriter(out / TEXT) as text:
        write_text([own], tokenizer, text, WINDOW)
    with SequenceWriter(out / HELD_OUT) as kept:
        write_text([_write_rows(held_out, out / "kept")], tokenizer, kept, WINDOW)
    readings = list(selfmade.readings(own.parent, MOST_QUESTIONS, seed))
    asked = _write_examples(ReadingTasks(readings, seed).build(), tokenizer, out / QUESTIONS)
    invented = list(stories.readings(INVENTED, seed))
    _write_examples(ReadingTasks(invented, seed + 1).build(), tokenizer, out / INVENTED_SET)
    filled = {TEXT: text.sequences, QUESTIONS: asked, HELD_OUT: kept.sequences, INVENTED_SET: len(invented)}
    sets = tuple(name for name, sequences in filled.items() if sequences)
    return PersonalCorpus(len(pieces), text.tokens, len(readings), sets, tuple(held_out))


def cut(text: str) -> Iterator[str]:
    """Cut a text between paragraphs into pieces of about `PIECE_CHARACTERS`."""
    piece: list[str] = []
    size = 0
    for paragraph in text.split("\n\n"):
        if size > PIECE_CHARACTERS or (size and paragraph.startswith("#") and size > PIECE_CHARACTERS / 2):
            yield "\n\n".join(piece)
            piece, size = [], 0
        if paragraph.strip():
            piece.append(paragraph)
            size += len(paragraph)
    if piece:
        yield "\n\n".join(piece)


def _write_rows(pieces: Sequence[str], folder: Path) -> Path:
    """Write pieces in the format of pretraining text, alone in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pieces.jsonl"
    rows = (json.dumps({"text": piece, "source": "own", "license": "own"}) for piece in pieces)
    path.write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    return path


def _write_examples(examples: Iterable[Example], tokenizer: Tokenizer, path: Path) -> int:
    """Write the examples that are short enough; return how many."""
    template = ChatTemplate(tokenizer)
    with SequenceWriter(path) as writer:
        for item in examples:
            tokens, learned = template.encode_example(to_template(item.messages), item.tools)
            if len(tokens) <= LONGEST_EXAMPLE:
                writer.write(tokens, learned)
        return writer.sequences
