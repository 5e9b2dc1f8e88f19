"""Tools that were written with requests: the form, and that every call fits its tool."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corpora.wells import CorpusError
from corpora.written_requests import written_requests

TOOLBOX = """# The desk of a library

find_book(title: string, year: integer?, kind: "paper"|"audio"?): Look for a book.
renew(books: list): Keep books.

do you have Solaris on paper => find_book(title="Solaris", kind="paper")
I need more time. || For which? || Solaris and Stoner => renew(books=["Solaris", "Stoner"])
Hello! => -
"""


def read(tmp_path: Path, text: str) -> list[dict[str, object]]:
    path = tmp_path / "tools.md"
    path.write_text(text, encoding="utf-8")
    return list(written_requests([path]))


def test_a_signature_becomes_a_schema(tmp_path: Path) -> None:
    tools = read(tmp_path, TOOLBOX)[0]["tools"]
    assert isinstance(tools, list)
    assert tools[0]["function"] == {
        "name": "find_book",
        "description": "Look for a book.",
        "parameters": {
            "type": "object",
            "properties": {
                "title": {"type": "string"},
                "year": {"type": "integer"},
                "kind": {"type": "string", "enum": ["paper", "audio"]},
            },
            "required": ["title"],
        },
    }


def test_a_request_has_its_turns_and_its_call(tmp_path: Path) -> None:
    single, conversation, none = read(tmp_path, TOOLBOX)
    assert single["expected"] == [{"name": "find_book", "arguments": {"title": "Solaris", "kind": "paper"}}]
    assert conversation["messages"] == [
        {"role": "user", "content": "I need more time."},
        {"role": "assistant", "content": "For which?"},
        {"role": "user", "content": "Solaris and Stoner"},
    ]
    assert none["expected"] == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("renew(books: list)", "renew(books: shelf)", "“books: shelf” is no parameter"),
        ("Keep books.", "", "is neither a tool nor a request"),
        ('title="Solaris"', 'title="Solaris', "is no call"),
        ("find_book(title=", "lose_book(title=", "calls no tool of the set"),
        ('kind="paper")', 'kind="stone")', "does not fit the tool's parameters"),
        ('kind="paper")', "pages=7)", "does not fit the tool's parameters"),
        ('title="Solaris", ', "", "does not fit the tool's parameters"),
    ],
)
def test_what_does_not_keep_to_the_form_is_named(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    with pytest.raises(CorpusError, match=re.escape(said)) as error:
        read(tmp_path, TOOLBOX.replace(right, wrong, 1))
    assert "“The desk of a library” in tools.md" in str(error.value)


def test_the_requests_of_the_repository_are_varied() -> None:
    rows = list(written_requests())
    assert 0.1 < sum(not row["expected"] for row in rows) / len(rows) < 0.4
    assert sum(len(row["messages"]) > 1 for row in rows) > 0.1 * len(rows)
    assert all(len(row["messages"]) % 2 for row in rows), "the person speaks last"
    assert len({(row["title"], row["messages"][-1]["content"]) for row in rows}) > 0.98 * len(rows)
