"""Requests that name something in another script, mostly between quotation marks, to be copied as it is."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corpora.wells import Row


@dataclass(frozen=True, slots=True)
class _Script:
    letters: str
    shortest: int
    longest: int
    between: str = " "
    """What stands between words."""

    def words(self, count: int, draw: random.Random) -> str:
        """Invent some words."""
        lengths = (draw.randint(self.shortest, self.longest) for _ in range(count))
        return self.between.join("".join(draw.choices(self.letters, k=length)) for length in lengths)


_CHINESE = _Script(
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里"
    "后小么心多天而能好都然没日于起还发成事只作当想看文无开手用主行方又如前所本见经头面公同三已老从动两"
    "长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几",
    2, 6, between="",
)  # fmt: skip
_SCRIPTS = (
    _CHINESE,
    _CHINESE,
    _Script(
        "あいうえおかきくけこさしすせたちつてとなにのはひふへほまみむめもやゆよらりるれろわをん",
        3,
        7,
        between="",
    ),
    _Script("アイウエオカキクケコサシスセタチツテトナニノハヒフマミムメモラリルレロワン", 3, 7, ""),
    _Script("가나다라마바사아자차카타파하고노도로모보소오조우유이미지기시리비한국민서울강산", 2, 4),
    _Script("абвгдезиклмнопрстуфхчшыя", 3, 8),
    _Script("αβγδεζηθικλμνξοπρστυφω", 3, 8),
    _Script("ابتجحدرسشصطعفقكلمنهوي", 3, 6),
    _Script("אבגדהוזחטיכלמנסעפקרשת", 3, 6),
    _Script("abcdefghilmnoprstuvzáéíóúäöüßøåæçñžščřłżğış", 4, 9),  # noqa: RUF001 - meant
)

_MARKS = ("''", "''", '""', '""', "“”", "‘’", "«»", "「」", "()")  # noqa: RUF001 - meant
_BARE = 0.2
"""Share of the names without marks around them, in a message that is otherwise English."""
_WHOLLY_FOREIGN = 0.4
"""Share of the messages that are in the other script altogether: the marks alone show what to copy."""


def foreign_requests(rows: Iterable[Row], draw: random.Random) -> Iterator[Row]:
    """Put a name of another script in the place of what a request copies.

    Args:
        rows: Requests; those that take anything but one text of the message are left out.
        draw: Draws names and marks.
    """
    for row in rows:
        message = row["messages"][0]["content"]
        arguments: Mapping[str, Any] = row["expected"][0]["arguments"] if row["expected"] else {}
        match list(arguments.items()):
            case [(key, str(value))] if value in message:
                yield _renamed(row, message, key, draw)


def _renamed(row: Row, message: str, key: str, draw: random.Random) -> Row:
    [expected] = row["expected"]
    script = draw.choice(_SCRIPTS)
    name = script.words(draw.randint(1, 3), draw)
    marks = draw.choice(_MARKS)
    before, _, after = message.partition(expected["arguments"][key])
    if draw.random() < _WHOLLY_FOREIGN:
        before, after = (script.words(draw.randint(1, 4), draw) for _ in range(2))
    elif draw.random() < _BARE:
        marks = ""
    content = f"{before}{marks[:1]}{name}{marks[1:]}{after}"
    return {
        **row,
        "messages": [{"role": "user", "content": content}],
        "expected": [{**expected, "arguments": {key: name}}],
    }
