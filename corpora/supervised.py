"""Examples from the supervised wells, one function for each kind of file."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, get_args

from corpora import cloze, explained, selfmade
from corpora.concepts import concept_questions
from corpora.development import held_out_sentences, is_held_out, plain
from corpora.example import Example
from corpora.tasks import conversation, tool
from corpora.tasks.chain import chain_examples
from corpora.tasks.compound import compound_examples, plan_examples
from corpora.tasks.follow_up import WELL as FOLLOW_UP_WELL
from corpora.tasks.follow_up import follow_ups, is_resolvable, short_follow_ups
from corpora.tasks.own_task import route_of_task, sentence_examples, task_examples
from corpora.tasks.reading import Reading, ReadingTasks, relevance_examples
from corpora.tasks.word_problem import word_problems
from corpora.text import text_files
from corpora.wells import Row, read_rows, require
from corpora.worlds import compounds, small_talk, stories
from corpora.worlds.chains import chains
from corpora.worlds.comparisons import comparisons
from corpora.worlds.documentation import manuals
from corpora.worlds.requests import requests
from corpora.worlds.requests.foreign_names import foreign_requests
from corpora.worlds.tasks.own_tasks import own_tasks
from corpora.written_requests import written_requests
from corpora.written_texts import written_questions, written_texts

SYNTHETIC_READINGS = 24_000
MANUAL_READINGS = 30_000
SELF_MADE_READINGS = 20_000
CLOZE_READINGS = 60_000
EXPLAINED_READINGS = 40_000
SYNTHETIC_CHAINS = 15_000
JOINED_QUESTIONS = 8000
COMPARISONS = 20_000
PLANNED_QUESTIONS = 16_000
"""Questions of the other wells that are joined by twos."""
SYNTHETIC_FOLLOW_UPS = 30_000
SHORT_FOLLOW_UPS = 6000
SMALL_TALK_ROWS = 20_000
ROUTED_REQUESTS = 60_000
ROUTED_QUESTIONS = 12_000
ROUTED_CONCEPTS = 6000
ROUTED_TASKS = 6000
SYNTHETIC_REQUESTS = 40_000
SYNTHETIC_TASKS = 40_000
FOREIGN_REQUESTS = 9000
"""Requests of which those that copy one text come to name something in another script."""
EXAMPLES_A_DIALOGUE = 6
"""Replies drawn of each tool dialogue: neighbours in a dialogue teach nearly the same."""


WellName = Literal[
    "qa", "relevance", "rewrite", "tools", "tool_choice", "chitchat", "intents", "math", "summaries",
    "docqa_documents", "docqa_questions",
]  # fmt: skip
"""Names of the supervised files."""
ROUTED: tuple[WellName, ...] = ("chitchat", "intents", "math")
"""Files whose rows show by themselves which road they take."""


class Wells:
    """The folder of supervised data and that of pretraining text.

    Args:
        data: Folder that holds `sft` and `pretrain`.

    Raises:
        CorpusError: A file is missing.
    """

    def __init__(self, data: Path) -> None:
        self.supervised = data / "sft"
        self.text = data / "pretrain"
        self.validation = self.text / "validation.jsonl.xz"
        text_files(self.text)
        for file in (self.validation, *map(self._file, get_args(WellName))):
            require(file)

    def rows(self, name: WellName) -> list[Row]:
        """Read all rows of a supervised file."""
        return list(read_rows(self._file(name)))

    def _file(self, name: WellName) -> Path:
        return self.supervised / f"{name}.jsonl.xz"

    def training_rows(self, name: WellName) -> list[Row]:
        """Read the rows of a supervised file that are not held out."""
        return _learned(self.rows(name))

    def relevance_rows(self) -> list[Row]:
        """Read the training rows of `relevance.jsonl` that show no sentence of what is held out."""
        rows = self.rows("relevance")
        measured = held_out_sentences(rows, self.rows("qa"))
        return [row for row in _learned(rows) if measured.isdisjoint(map(plain, row["candidates"]))]


def _learned(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if not is_held_out(row)]


def requests_to_call(seed: int) -> Iterator[Row]:
    """Yield the synthetic requests that calls are learned from."""
    return requests(SYNTHETIC_REQUESTS, seed)


def requests_to_route(seed: int) -> Iterator[Row]:
    """Yield the synthetic requests that routes are learned from: those for our own tools."""
    return filter(conversation.is_for_own_tool, requests(ROUTED_REQUESTS, seed + 5))


def all_examples(wells: Wells, seed: int) -> Iterator[Example]:
    """Yield every training example of every task."""
    questions = [*wells.training_rows("qa"), *_learned(written_questions())]
    yield from _reading(wells, questions, seed)
    yield from _reasoning(questions, seed)
    yield from _follow_ups(wells, questions, seed)
    yield from _conversation(wells, questions, seed)
    yield from _tools(wells, seed)


def _reading(wells: Wells, questions: Sequence[Row], seed: int) -> Iterator[Example]:
    answered = [reading for row in questions if (reading := Reading.from_row(row))]
    yield from ReadingTasks(answered, seed).build()
    made = list(selfmade.readings(wells.text, SELF_MADE_READINGS, seed))
    yield from ReadingTasks(made, seed + 1).build()
    invented = list(stories.readings(SYNTHETIC_READINGS, seed))
    yield from ReadingTasks(invented, seed + 2).build()
    documented = list(manuals.readings(MANUAL_READINGS, seed))
    yield from ReadingTasks(documented, seed + 6).build()
    asked = list(cloze.readings(wells.text, CLOZE_READINGS, seed))
    yield from ReadingTasks(asked, seed + 8).build()
    told = list(explained.readings(wells.text, EXPLAINED_READINGS, seed))
    yield from ReadingTasks(told, seed + 10).build()
    draw = random.Random(seed)
    for row in wells.relevance_rows():
        yield from relevance_examples(row, draw)


def _reasoning(questions: Sequence[Row], seed: int) -> Iterator[Example]:
    draw = random.Random(seed + 9)
    for chain in chains(SYNTHETIC_CHAINS, seed):
        yield from chain_examples(chain, draw)
    for compound in (*compounds.joined(JOINED_QUESTIONS, seed), *comparisons(COMPARISONS, seed)):
        yield from compound_examples(compound)
    drawn = draw.sample(questions, min(PLANNED_QUESTIONS, len(questions)))
    for first, second in zip(drawn[::2], drawn[1::2], strict=False):
        yield from plan_examples(first, second, draw)


def _follow_ups(wells: Wells, questions: Sequence[Row], seed: int) -> Iterator[Example]:
    written = _learned(row for text in written_texts() for row in text.follow_ups())
    made = follow_ups(questions, SYNTHETIC_FOLLOW_UPS, seed)
    for row in filter(is_resolvable, (*wells.training_rows("rewrite"), *written, *made)):
        yield conversation.rewrite_example(row)
        # What a follow-up means was said before; where it leads, its form has to tell.
        if row["history"] and row["question"].endswith("?"):
            yield conversation.route_example(row["question"], "documents", row["source"])
    for text in short_follow_ups(SHORT_FOLLOW_UPS, seed + 11):
        yield conversation.route_example(text, "documents", FOLLOW_UP_WELL)


def _conversation(wells: Wells, questions: Sequence[Row], seed: int) -> Iterator[Example]:
    draw = random.Random(seed + 3)
    collected = wells.training_rows("chitchat")
    others = [row for row in collected if not small_talk.COVERED.match(row["messages"][0]["content"])]
    chitchat = [*others, *small_talk.small_talk(SMALL_TALK_ROWS, seed + 10)]
    for row in chitchat:
        earlier = conversation.earlier_turns(chitchat, questions, draw)
        for before in ((), earlier):
            if chat := conversation.chat_example(row, before):
                yield chat
    for row in wells.training_rows("summaries"):
        if summary := conversation.summary_example(row):
            yield summary
    sources = {name: wells.training_rows(name) for name in ROUTED} | {"chitchat": chitchat}
    asked = draw.sample(questions, min(ROUTED_QUESTIONS, len(questions)))
    for row, text, reply in conversation.routes(**sources, questions=asked):
        yield conversation.route_example(text, reply, row["source"])
    for row in requests_to_route(seed):
        yield conversation.route_example(row["messages"][0]["content"], "tools", row["source"])
    for task in own_tasks(ROUTED_TASKS, seed + 12):
        yield route_of_task(task)
    for well, question in concept_questions(wells.text, ROUTED_CONCEPTS, seed):
        yield conversation.route_example(question, "documents", well)


def _tools(wells: Wells, seed: int) -> Iterator[Example]:
    draw = random.Random(seed + 4)
    for row in wells.training_rows("tools"):
        made = list(tool.tool_examples(row, draw))
        yield from draw.sample(made, min(EXAMPLES_A_DIALOGUE, len(made)))
    for row in wells.training_rows("tool_choice"):
        yield from tool.request_examples(tool.choice_question(row), draw)
    for row in written_requests():
        yield from tool.request_examples(row, draw)
    for row in requests_to_call(seed):
        yield from tool.request_examples(row, draw)
        yield from tool.result_examples(row, draw)
    for row in foreign_requests(requests(FOREIGN_REQUESTS, seed + 7), draw):
        yield from tool.request_examples(row, draw)
    for task in own_tasks(SYNTHETIC_TASKS, seed):
        yield from task_examples(task, draw)
        yield from sentence_examples(task, draw)
    for row in wells.training_rows("math"):
        for problem in word_problems(row, draw):
            yield from task_examples(problem, draw, row["source"])
