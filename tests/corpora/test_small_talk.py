"""Small talk with this program: what is said, what is replied, and what is told and asked for again."""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path

import pytest

from corpora import worlds
from corpora.tasks.conversation import routes
from corpora.worlds.small_talk import COVERED, FILES, WELL, small_talk
from corpora.worlds.tasks.task_scene import Scene

TALK = [tomllib.loads((Path(worlds.__file__).parent / name).read_text("utf-8")) for name in FILES]
PHRASING = TALK[0] | TALK[1]
SUBJECTS = [name for name, table in PHRASING.items() if "weight" in table]


def test_no_file_says_twice_what_another_says() -> None:
    assert not TALK[0].keys() & TALK[1].keys()


def test_the_same_seed_gives_the_same_talk() -> None:
    assert list(small_talk(50, 7)) == list(small_talk(50, 7))
    assert list(small_talk(50, 7)) != list(small_talk(50, 8))


def test_people_and_program_take_turns() -> None:
    for row in small_talk(200, 1):
        assert row["source"] == WELL
        assert [message["role"] for message in row["messages"]][:2] == ["user", "assistant"]
        assert len(row["messages"]) in (2, 4)
        assert all(message["content"] for message in row["messages"])


def test_what_was_told_is_in_the_later_reply() -> None:
    told = [row["messages"] for row in small_talk(300, 2) if len(row["messages"]) == 4]
    assert len(told) > 30
    for fact, _, _, reply in told:
        shared = set(_words(fact["content"])) & set(_words(reply["content"]))
        assert shared - {"is", "called", "in", "my", "i", "am"}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_frame_of_a_subject_can_be_said(subject: str) -> None:
    for side in ("said", "reply"):
        for frame in PHRASING[subject][side].strip().splitlines():
            said = Scene(random.Random(1)).say(frame)
            assert said
            assert not re.search(r"[{}|()]", said)


def test_messages_of_small_talk_are_routed_there() -> None:
    rows = list(small_talk(200, 3))
    routed = list(routes(chitchat=rows, intents=[], math=[], questions=[]))
    assert {reply for _, _, reply in routed} == {"chat"}
    assert len(routed) == len(rows)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@pytest.mark.parametrize(
    ("message", "is_covered"),
    [
        ("Hello, you lovely bot", True),
        ("So who are you anyway?", True),
        ("Are you a robot?", True),
        ("I love to do laundry", False),
        ("Are you married to anyone?", False),
    ],
)
def test_what_this_program_says_of_itself_is_not_learned_from_others(message: str, is_covered: bool) -> None:
    assert bool(COVERED.match(message)) == is_covered
