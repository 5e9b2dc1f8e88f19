"""Texts that were written with their questions: the form, the rows, and what is held out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corpora.development import is_held_out
from corpora.passages import sentences
from corpora.tasks.reading import Reading
from corpora.wells import CorpusError
from corpora.written_texts import written_questions, written_texts
from graphs.document_qa.nodes import NOT_IN_DOCUMENTS

TEXT = """# The ferry

The ferry leaves at nine. On Sundays
it leaves at ten.

- A ticket costs 4 euros.

Q: When does it leave on weekdays?
A: nine
F: And on Sundays? => When does it leave on Sundays?
A: Sundays it leaves at ten
F: Who steers it? => Who steers the ferry?
A: -

# Another

Nothing is asked here.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "texts.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_text_ends_where_its_questions_begin(file: Path) -> None:
    ferry, another = written_texts([file])
    assert (ferry.title, another.title) == ("The ferry", "Another")
    assert ferry.text.startswith("The ferry leaves")
    assert ferry.text.endswith("4 euros.")
    assert another.asked == ()


def test_an_answer_is_a_span_with_the_line_breaks_of_the_text(file: Path) -> None:
    readings = [Reading.from_row(row) for row in written_texts([file])[0].questions()]
    assert all(readings)
    assert [reading.answers for reading in readings if reading] == [
        ("nine",),
        ("Sundays\nit leaves at ten",),
        (),
    ]


def test_the_layout_is_kept(file: Path) -> None:
    (row, *_) = written_texts([file])[0].questions()
    reading = Reading.from_row(row)
    assert reading is not None
    assert reading.passage == row["passage"]
    assert "- A ticket costs 4 euros." in reading.passage.splitlines()


def test_a_follow_up_knows_what_was_said(file: Path) -> None:
    first, second = written_texts([file])[0].follow_ups()
    assert (first["question"], first["standalone"]) == ("And on Sundays?", "When does it leave on Sundays?")
    assert [turn["content"] for turn in first["history"]] == ["When does it leave on weekdays?", "nine"]
    assert [turn["content"] for turn in second["history"]][2:] == [
        "And on Sundays?",
        "Sundays it leaves at ten",
    ]


def test_what_was_not_answered_is_said_so_in_the_conversation(tmp_path: Path) -> None:
    path = tmp_path / "texts.md"
    asked = "Q: How old is it?\nA: -\nF: Its colour? => What colour is it?\nA: red\n"
    path.write_text(f"# A\n\nIt is red.\n\n{asked}")
    (row,) = written_texts([path])[0].follow_ups()
    assert row["history"][-1] == {"role": "assistant", "content": NOT_IN_DOCUMENTS}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("A: eleven", "“eleven” stands in 0 sentences"),
        ("A: leaves at", "“leaves at” stands in 2 sentences"),
        ("B: nine", "is no question with its answer"),
    ],
)
def test_what_does_not_keep_to_the_form_is_named(file: Path, wrong: str, said: str) -> None:
    file.write_text(TEXT.replace("A: nine", wrong), encoding="utf-8")
    with pytest.raises(CorpusError, match=re.escape(said)) as error:
        written_texts([file])
    assert "“The ferry” in texts.md" in str(error.value)


def test_a_follow_up_says_what_it_means(file: Path) -> None:
    file.write_text(TEXT.replace(" => Who steers the ferry?", ""), encoding="utf-8")
    with pytest.raises(CorpusError, match="Who steers it"):
        written_texts([file])


def test_every_text_of_the_repository_has_questions_with_and_without_answers() -> None:
    texts = written_texts()
    assert len({text.title for text in texts}) == len(texts)
    for text in texts:
        answered = [asked for asked in text.asked if asked.answer]
        assert len(text.asked) > len(answered) > 2, text.title


def test_questions_are_in_words_of_their_own() -> None:
    """Most questions are not the sentence of their answer turned round."""
    copied = 0
    rows = [row for row in written_questions() if row["answerable"]]
    for row in rows:
        (sentence,) = (text for text in sentences(row["passage"]) if row["answers"][0] in text)
        asked = set(re.findall(r"\w{4,}", row["question"].lower()))
        copied += asked <= set(re.findall(r"\w{4,}", sentence.lower()))
    assert copied < 0.25 * len(rows)


def test_a_text_is_held_out_as_a_whole() -> None:
    held_out = {row["title"] for row in written_questions() if is_held_out(row)}
    learned = {row["title"] for row in written_questions() if not is_held_out(row)}
    assert held_out
    assert not held_out & learned
    for text in written_texts():
        assert {is_held_out(row) for row in text.follow_ups()} <= {text.title in held_out}
