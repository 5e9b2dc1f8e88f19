"""A held-out folder: whole documents answer their questions, the others lack just those paragraphs."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

from corpora.passages import find_span
from corpora.questioned_folder import questioned_folder
from corpora.wells import Row


def documents(count: int) -> list[Row]:
    texts = (
        f"Island {number}\n\nIt was settled in {1500 + number}.\n\nIts ferry leaves from pier {number}.\n\n"
        "Nobody lives there in winter."
        for number in range(count)
    )
    return [{"document": f"island{number}.txt", "text": text} for number, text in enumerate(texts)]


def asked(document: str, question: str, *answers: str) -> dict[str, Any]:
    return {"document": document, "question": question, "answers": list(answers), "source": "test"}


def questions(count: int) -> list[Row]:
    return [
        row
        for number in range(count)
        for row in (
            asked(f"island{number}.txt", "When was it settled?", f"{1500 + number}"),
            asked(f"island{number}.txt", "Where does its ferry leave?", f"pier {number}"),
            asked(f"island{number}.txt", "Does anybody live there in winter?", "no"),
            asked(f"island{number}.txt", "Who owns it?", "the king of a far country"),
        )
    ]


def test_half_of_the_documents_lack_what_is_asked() -> None:
    made = questioned_folder(documents(10), questions(10))
    assert len(made.documents) == 10
    rows = list(chain.from_iterable(made.questions.values()))
    assert len(rows) == 20  # yes and no, and what is not said in the document, are left out
    assert sum(row["answerable"] for row in rows) == 10
    for row in rows:
        if row["answerable"]:
            text = made.documents[row["files"][0]]
            assert all(find_span(text, answer) for answer in row["answers"])
    lacking = [text for text in made.documents.values() if "settled" not in text]
    assert len(lacking) == 5
    assert all("Nobody lives there in winter." in text for text in lacking)


def test_either_half_is_about_documents_of_its_own() -> None:
    made = questioned_folder(documents(8), questions(8))
    halves = made.halves()
    assert sorted(map(str, chain(*halves))) == sorted(map(str, chain.from_iterable(made.questions.values())))
    for half, other in (halves, reversed(halves)):
        assert {row["answerable"] for row in half} == {True, False}
        assert len(half) == 8
        named = [file for row in half for file in row["files"]]
        assert len(set(named)) == 2  # whole ones; two more lack what is asked
        assert not set(named) & {file for row in other for file in row["files"]}


def test_the_same_rows_make_the_same_folder_in_any_order() -> None:
    made = questioned_folder(documents(6), questions(6))
    again = questioned_folder(reversed(documents(6)), questions(6))
    assert made.documents == again.documents


def test_a_folder_that_was_written_before_is_replaced(tmp_path: Path) -> None:
    questioned_folder(documents(6), questions(6)).write(tmp_path / "folder")
    made = questioned_folder(documents(2), questions(2))
    made.write(tmp_path / "folder")
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "folder").iterdir()}
    assert written == made.documents
