"""Build the training data: tokenizer, sequences of text and tasks, development files.

    python main.py corpus build --data FOLDER --out FOLDER

The result depends on the data and the seed alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from langchain_core.messages import HumanMessage

from corpora.development_files import write_development_files
from corpora.example import Example
from corpora.overlap import OverlapFilter
from corpora.sets import sets_of
from corpora.supervised import Wells, all_examples
from corpora.text import sample_texts, text_files, write_text
from corpora.wells import CorpusError, require, share_of
from llm.chat.messages import to_template
from llm.tokenization.template import ChatTemplate
from llm.tokenization.tokenizer import (
    RANKS_FILE,
    Tokenizer,
    copy_tokenizer,
    is_same_vocabulary,
    train_tokenizer,
)
from llm.training.sequences import SequenceWriter
from llm.unread_rows import DEVELOPMENT_FOLDER

WINDOW = 513
"""Tokens of a text sequence: a context of 512 and the token after it."""

LONGEST_EXAMPLE = 900
"""Tokens; longer examples are left out and counted."""

TOKENIZER_SHARE = 0.12
"""Share of the pretraining text that the tokenizer is trained on."""

VALIDATION_SHARE = 1 / 60
"""Share of the questions that are kept, with all of their examples, for the validation loss."""

VALIDATION = "validation"

OWN_QUESTIONS = ("reading", "written", "relevance", "rewrite", "folder", "folder_calibration")
"""Development files whose questions no example may share."""


@dataclass
class Table:
    """What was built: examples and tokens of each task and well."""

    examples: Counter[tuple[str, str]] = field(default_factory=Counter)
    tokens: Counter[tuple[str, str]] = field(default_factory=Counter)
    too_long: int = 0
    overlapping: int = 0
    text_tokens: int = 0
    development: dict[str, int] = field(default_factory=dict)


def build(
    data: Path,
    out: Path,
    *,
    vocabulary_size: int = 8192,
    seed: int = 0,
    evaluations: Iterable[Path] = (),
    tokenizer_from: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Table:
    """Build everything that training reads.

    Args:
        data: Folder with `pretrain` and `sft`.
        out: Where to; made if missing. A tokenizer that is already there is kept.
        vocabulary_size: Tokens of the tokenizer, special ones included.
        seed: Makes all choices repeatable.
        evaluations: Files whose questions no example may share eight words in a row with.
        tokenizer_from: Weights folder whose tokenizer is taken, so that a run can go on from these weights.
        say: Called with a line of progress.

    Raises:
        CorpusError: A file of the data is missing or damaged, or another tokenizer is already there; what is
            missing is told before anything is written.
    """
    wells = Wells(data)
    evaluations = list(evaluations)
    for file in evaluations:
        require(file)
    out.mkdir(parents=True, exist_ok=True)
    if tokenizer_from:
        _take_tokenizer(tokenizer_from, out)
    elif not (out / RANKS_FILE).exists():
        say("training the tokenizer")
        train_tokenizer(sample_texts(wells.text, TOKENIZER_SHARE), vocabulary_size, out)
    tokenizer = Tokenizer.load(out)
    table = Table()
    say("writing the development files")
    table.development = write_development_files(wells, out / DEVELOPMENT_FOLDER, seed)
    say("writing the text")
    table.text_tokens = _write_text(wells, tokenizer, out)
    say("writing the tasks")
    own = [out / DEVELOPMENT_FOLDER / f"{name}.jsonl" for name in OWN_QUESTIONS]
    leaks = OverlapFilter([*evaluations, *own])
    write_tasks(_without(leaks, all_examples(wells, seed), table), tokenizer, out, table)
    return table


def _take_tokenizer(weights: Path, out: Path) -> None:
    if (out / RANKS_FILE).exists() and not is_same_vocabulary(weights, out):
        raise CorpusError(f"{out} holds another tokenizer than {weights}: build into an empty folder.")
    copy_tokenizer(weights, out)


def _without(leaks: OverlapFilter, examples: Iterable[Example], table: Table) -> Iterator[Example]:
    for item in examples:
        if leaks.overlaps(item):
            table.overlapping += 1
        else:
            yield item


def _write_text(wells: Wells, tokenizer: Tokenizer, out: Path) -> int:
    with SequenceWriter(out / "validation_text") as writer:
        write_text([wells.validation], tokenizer, writer, WINDOW)
    with SequenceWriter(out / "text") as writer:
        write_text(text_files(wells.text), tokenizer, writer, WINDOW)
        return writer.tokens


def write_tasks(examples: Iterable[Example], tokenizer: Tokenizer, out: Path, table: Table) -> None:
    """Write the sequence sets of all tasks (`corpora.sets`), and a part of each as the validation set."""
    template = ChatTemplate(tokenizer)
    with ExitStack() as stack:
        writers: dict[str, SequenceWriter] = {}
        for item in examples:
            # Earlier calls of a dialogue were made with other tools in view than the one that is shown, and
            # earlier answers with documents in view.
            is_dialogue = bool(item.tools) or item.task == "chat"
            tokens, learned = template.encode_example(
                to_template(item.messages), item.tools, last_only=is_dialogue
            )
            if len(tokens) > LONGEST_EXAMPLE:
                table.too_long += 1
                continue
            for name in (VALIDATION,) if _validates(item) else sets_of(item):
                if name not in writers:
                    writers[name] = stack.enter_context(SequenceWriter(out / name))
                writers[name].write(tokens, learned)
            table.examples[item.task, item.well] += 1
            table.tokens[item.task, item.well] += len(tokens)


def _validates(item: Example) -> bool:
    """Whether an example is kept for the validation loss, as are all others that ask the same.

    Prompts about a text begin with their question; in a dialogue, the last message is what is replied to, and
    a tool's result where the dialogue was cut after that message.
    """
    said = [message.text for message in item.messages if isinstance(message, HumanMessage)]
    asked = (said or [item.messages[-2].text])[-1].partition("\n")[0]
    asked = asked.removeprefix("Question: ").removeprefix("User: ")
    return share_of(asked, VALIDATION) < VALIDATION_SHARE
