"""Reading: grade a passage, quote the sentence, answer from the quotation, check the answer."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpora.example import Example, example
from corpora.passages import distractor, find_span, overlap, passage, sentences, windows
from corpora.wells import Row, share_of
from graphs import prompts
from rag.passage import Passage

WINDOW_CHARACTERS = (1, 1, 160, 300, 650)
"""Sizes of passages: a lone sentence up to what retrieval returns. Lone sentences are the commonest: at
the same number of tokens they are four times as many examples."""

LONGEST_ANSWER = 30
"""Words; longer answers are quotations, not answers."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question over a passage."""

    well: str
    question: str
    passage: str
    answers: tuple[str, ...]
    """Spans of the passage that answer the question; none when it does not."""
    heading: str = ""

    @classmethod
    def from_row(cls, row: Row) -> Reading | None:
        """Read a row of `qa.jsonl`; None where the answer is no span of the passage."""
        text = row["passage"] if row.get("is_laid_out") else _lay_out(row["passage"], row["id"])
        found = [find_span(text, answer) for answer in row["answers"]]
        answers = tuple(answer for answer in found if answer)
        if row["answerable"] and not answers:
            return None
        return cls(row["source"], row["question"], text, answers, row.get("title") or "")

    @property
    def support(self) -> str | None:
        """The sentence that holds the answer; of several, the one most like the question."""
        if not self.answers:
            return None
        holding = [text for text in sentences(self.passage) if find_span(text, self.answers[0])]
        return max(holding, key=lambda text: overlap(self.question, text), default=None)


def _lay_out(text: str, key: str) -> str:
    """Give a passage the line breaks that files have: some are wrapped, some are one long line."""
    flat = " ".join(text.split())
    share = share_of(key, "layout")
    return textwrap.fill(flat, 72 + int(share * 100)) if share < 0.3 else flat


class ReadingTasks:
    """Builds the four reading tasks; distractors come from the other readings.

    Args:
        readings: What to build from.
        seed: Makes the choices repeatable.
    """

    def __init__(self, readings: Sequence[Reading], seed: int) -> None:
        self._readings = readings
        self._draw = random.Random(seed)
        self._pool: dict[str, list[str]] = {}
        for text, heading in {(item.passage, item.heading) for item in readings}:
            self._pool.setdefault(heading, []).extend(windows(text, 600))
        self._everything = sorted(text for texts in self._pool.values() for text in texts)
        for texts in self._pool.values():
            texts.sort()

    def build(self) -> Iterator[Example]:
        """Yield the examples of every reading."""
        for reading in self._readings:
            support = reading.support
            if support is None and reading.answers:
                continue
            if support is None:
                yield from self._unanswerable(reading)
            else:
                yield from self._answerable(reading, support)

    def _answerable(self, reading: Reading, support: str) -> Iterator[Example]:
        question = reading.question
        gold = self._window_with(reading, support)
        yield self._grade(reading, gold, prompts.YES)
        if wrong := self._distractor(reading):
            yield self._grade(reading, wrong, prompts.NO)
        shown = [self._show(reading, gold)]
        for _ in range(self._draw.choice((0, 0, 1, 2))):
            if other := self._distractor(reading):
                shown.append(self._show(reading, other))
        self._draw.shuffle(shown)
        yield example("quote", reading.well, prompts.quote(question, shown), support)
        answer = reading.answers[0]
        if len(answer.split()) > LONGEST_ANSWER:
            return
        yield example("answer", reading.well, prompts.answer(question, support), answer)
        yield example("check", reading.well, prompts.check(question, support, answer), prompts.YES)
        if wrong_check := self._wrong_check(reading, support):
            yield wrong_check

    def _unanswerable(self, reading: Reading) -> Iterator[Example]:
        question = reading.question
        size = self._draw.choice(WINDOW_CHARACTERS)
        nearest = max(windows(reading.passage, size), key=lambda text: overlap(question, text), default="")
        if not nearest:
            return
        yield self._grade(reading, nearest, prompts.NO)
        if wrong := self._check_elsewhere(reading, nearest):
            yield wrong

    def _grade(self, reading: Reading, text: str, reply: str) -> Example:
        prompt = prompts.grade(reading.question, self._show(reading, text))
        return example("grade", reading.well, prompt, reply)

    def _show(self, reading: Reading, text: str) -> Passage:
        return passage(text, reading.heading if self._draw.random() < 0.5 else "")

    def _window_with(self, reading: Reading, support: str) -> str:
        size = self._draw.choice(WINDOW_CHARACTERS)
        for window in windows(reading.passage, size):
            if support in window:
                return window
        return support

    def _distractor(self, reading: Reading) -> str | None:
        """Draw a passage without the answer: of the same text, the same title, or anywhere."""
        own = windows(reading.passage, self._draw.choice(WINDOW_CHARACTERS))
        titled = self._pool.get(reading.heading, []) if reading.heading else []
        pool = self._draw.choice((own, titled or own, self._everything))
        return distractor(reading.question, pool, reading.answers, self._draw)

    def _wrong_check(self, reading: Reading, support: str) -> Example | None:
        """Propose a wrong span of the right sentence, or a span of a sentence that does not answer."""
        if self._draw.random() < 0.5:
            other = self._distractor(reading)
            return self._check_elsewhere(reading, other) if other else None
        span = self._wrong_span(support, reading.answers[0])
        if span is None:
            return None
        prompt = prompts.check(reading.question, support, span)
        return example("check", reading.well, prompt, prompts.NO)

    def _check_elsewhere(self, reading: Reading, text: str) -> Example | None:
        sentence = max(sentences(text), key=lambda candidate: overlap(reading.question, candidate))
        span = self._wrong_span(sentence, reading.answers[0] if reading.answers else "")
        if span is None:
            return None
        prompt = prompts.check(reading.question, sentence, span)
        return example("check", reading.well, prompt, prompts.NO)

    def _wrong_span(self, sentence: str, answer: str) -> str | None:
        """Draw a span of a sentence that is not the answer, but looks like one where it can."""
        words = sentence.split()
        drawn = [self._span(words) for _ in range(8)]
        wrong = [span for span in drawn if span and not _is_part(span, answer)]
        return max(wrong, key=lambda span: _likeness(span, answer), default=None)

    def _span(self, words: list[str]) -> str:
        length = self._draw.randint(1, max(1, min(6, len(words) // 2)))
        start = self._draw.randrange(max(1, len(words) - length + 1))
        return " ".join(words[start : start + length]).strip(".,;:!?\"'()")


def _is_part(span: str, answer: str) -> bool:
    return bool(answer) and (answer in span or span in answer)


def _likeness(span: str, answer: str) -> int:
    """Count what a wrong answer has in common with the right one: numbers, names, length."""
    shared = any(map(str.isdigit, span)) == any(map(str.isdigit, answer))
    shared_names = span[:1].isupper() == answer[:1].isupper()
    return 2 * shared + shared_names + (len(span.split()) == len(answer.split()))


def relevance_examples(row: Row, draw: random.Random) -> Iterator[Example]:
    """Grade single sentences: each relevant one of a `relevance.jsonl` row and as many others."""
    relevant = set(row["relevant"])
    others = [index for index in range(len(row["candidates"])) if index not in relevant]
    chosen = draw.sample(others, min(len(others), max(1, len(relevant))))
    for index in [*sorted(relevant), *chosen]:
        reply = prompts.YES if index in relevant else prompts.NO
        prompt = prompts.grade(row["question"], passage(row["candidates"][index]))
        yield example("grade", row["source"], prompt, reply)
