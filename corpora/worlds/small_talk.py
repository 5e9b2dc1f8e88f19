"""Small talk with Homespun: what it is and does, politeness, and what people tell of themselves.

The collections of small talk know nothing of this program. `small_talk.toml` says what is true of it, and
`everyday_talk.toml` what it replies to everything else that people begin with.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from corpora.wells import Row
from corpora.worlds.tasks.task_scene import Scene

WELL = "synthetic-small-talk"
FILES = ("small_talk.toml", "everyday_talk.toml")

COVERED = re.compile(
    r"(hi|hello|hey|good (morning|evening|night)|thanks?|thank you|(good)?bye|help|how are you)\b"
    r"|.*\b((who|what) are you|your name|what (can|do) you do|(made|created|built|trained) you)\b"
    r"|.*\bare you (an? )?(bot|robot|human|real|person|ai|computer|machine|program|chatgpt|siri|alexa)\b",
    re.IGNORECASE,
)
"""Messages to which other collections have replies that are not true of this program."""

_TOLD = 0.2
"""Share of the conversations in which something is told and asked for again."""


def small_talk(count: int, seed: int) -> Iterator[Row]:
    """Yield a number of short conversations, the same for the same seed, as rows of `chitchat.jsonl`.

    Args:
        count: How many.
        seed: Seed of the random numbers.
    """
    draw = random.Random(seed)
    for _ in range(count):
        turns = _told(draw) if draw.random() < _TOLD else _answered(draw)
        messages = [
            {"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(turns)
        ]
        yield {"source": WELL, "messages": messages}


@cache
def _phrasing() -> dict[str, Any]:
    texts = (Path(__file__).with_name(name).read_text("utf-8") for name in FILES)
    return {subject: table for text in texts for subject, table in tomllib.loads(text).items()}


def _answered(draw: random.Random) -> tuple[str, str]:
    subjects = [subject for subject in _phrasing().values() if "reply" in subject]
    subject = draw.choices(subjects, [subject["weight"] for subject in subjects])[0]
    scene = Scene(draw)
    said, reply = (scene.say(_line(subject[side], draw)) for side in ("said", "reply"))
    return _typed(said, draw), reply


def _told(draw: random.Random) -> tuple[str, str, str, str]:
    phrasing, scene = _phrasing(), Scene(draw)
    for kind, words in phrasing["words"].items():
        scene.set(kind, draw.choice(words))
    told, asked, reply = map(scene.say, _line(phrasing["told"]["said"], draw).split(" => "))
    return _typed(told, draw), _line(phrasing["told"]["acknowledged"], draw), _typed(asked, draw), reply


def _line(frames: str, draw: random.Random) -> str:
    return draw.choice(frames.strip().splitlines())


def _typed(message: str, draw: random.Random) -> str:
    """Write a message as hurried people do."""
    form = draw.random()
    if form < 0.12:
        return message.rstrip(".?!") or message
    return message.lower() if form > 0.92 else message
