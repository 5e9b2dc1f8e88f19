"""Build the training data: tokenizer, sequences of text and tasks, development files.

    python main.py corpus build --data FOLDER --out FOLDER

The result depends on the data and the seed alone.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from langchain_core.messages import HumanMessage

from corpora import explained
from corpora.development import DEVELOPMENT_SEED, LARGEST, is_held_out, write_development
from corpora.example import Example
from corpora.overlap import OverlapFilter
from corpora.passages import sentences
from corpora.questioned_folder import questioned_folder
from corpora.sets import sets_of
from corpora.supervised import (
    ROUTED,
    WellName,
    Wells,
    all_examples,
    requests_to_call,
    requests_to_route,
)
from corpora.tasks.conversation import routes as routes_of
from corpora.tasks.tool import choice_question, tool_questions
from corpora.text import sample_texts, text_files, write_text
from corpora.wells import Row, require, share_of
from corpora.worlds.requests import requests
from corpora.written_texts import written_questions
from llm.chat.messages import to_template
from llm.tokenization.template import ChatTemplate
from llm.tokenization.tokenizer import RANKS_FILE, Tokenizer, train_tokenizer
from llm.training.sequences import SequenceWriter

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
    say: Callable[[str], None] = lambda _: None,
) -> Table:
    """Build everything that training reads.

    Args:
        data: Folder with `pretrain` and `sft`.
        out: Where to; made if missing. A tokenizer that is already there is kept.
        vocabulary_size: Tokens of the tokenizer, special ones included.
        seed: Makes all choices repeatable.
        evaluations: Files whose questions no example may share eight words in a row with.
        say: Called with a line of progress.

    Raises:
        CorpusError: A file of the data is missing or damaged; what is missing is told before anything is
            written.
    """
    wells = Wells(data)
    evaluations = list(evaluations)
    for file in evaluations:
        require(file)
    out.mkdir(parents=True, exist_ok=True)
    if not (out / RANKS_FILE).exists():
        say("training the tokenizer")
        train_tokenizer(sample_texts(wells.text, TOKENIZER_SHARE), vocabulary_size, out)
    tokenizer = Tokenizer.load(out)
    table = Table()
    say("writing the development files")
    table.development = _write_development(wells, out / "development", seed)
    say("writing the text")
    table.text_tokens = _write_text(wells, tokenizer, out)
    say("writing the tasks")
    own = [out / "development" / f"{name}.jsonl" for name in OWN_QUESTIONS]
    leaks = OverlapFilter([*evaluations, *own])
    write_tasks(_without(leaks, all_examples(wells, seed), table), tokenizer, out, table)
    return table


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


def _definitions(text: Path) -> Iterator[Row]:
    """Yield questions about what a thing is, as rows for reading and for relevance."""
    for reading in explained.readings_of(text, random.Random(DEVELOPMENT_SEED)):
        candidates = sentences(reading.passage)
        yield {
            "source": reading.well,
            "passage": reading.passage,
            "question": reading.question,
            "answers": list(reading.answers),
            "answerable": True,
            "candidates": candidates,
            "relevant": [number for number, text in enumerate(candidates) if text == reading.support],
        }


def held_out_requests(seed: int) -> list[Row]:
    """Make the synthetic requests that are held out: none that training draws, word for word."""
    drawn = {_said(row) for row in (*requests_to_call(seed), *requests_to_route(seed))}
    return [row for row in requests(LARGEST, DEVELOPMENT_SEED) if _said(row) not in drawn]


def _said(row: Row) -> tuple[str, ...]:
    return tuple(message["content"] for message in row["messages"])


def _write_development(wells: Wells, folder: Path, seed: int) -> dict[str, int]:
    """Write what is held out of each well as a file that `python main.py eval` reads."""
    names: tuple[WellName, ...] = ("qa", "relevance", "rewrite", "tools", "tool_choice", *ROUTED)
    held_out = {name: list(filter(is_held_out, wells.rows(name))) for name in names}
    routes = routes_of(**{name: held_out[name] for name in ROUTED}, questions=held_out["qa"])
    files = {
        "reading": held_out["qa"],
        "relevance": held_out["relevance"],
        "rewrite": held_out["rewrite"],
        "tools": [question for row in held_out["tools"] for question in tool_questions(row)],
        "tool_choice": [choice_question(row) for row in held_out["tool_choice"]],
        "requests": held_out_requests(seed),
        "written": list(filter(is_held_out, written_questions())),
        "definitions": list(_definitions(wells.validation)),
        "route": [{"text": text, "route": reply, "source": row["source"]} for row, text, reply in routes],
    }
    made = questioned_folder(wells.rows("docqa_documents"), wells.rows("docqa_questions"))
    made.write(folder / "folder")
    files["folder"], files["folder_calibration"] = made.halves()
    return {name: write_development(folder, name, rows) for name, rows in files.items()}
