"""A conversation as a Markdown document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.conversations.answer import ABSTAINED, Answer
from agent.conversations.threads import Turn
from agent.rendering.confidence import closest, sentence
from agent.rendering.escape import one_line, visible

_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~&$]")
_AT_BEGIN = re.compile(r"^(\d*(?=[.)]))?([-+=]|[.)](?!\S))", re.MULTILINE)
"""What makes a line a list item or the one above it a title."""
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
"""Markdown would show an indented line as code."""


def as_markdown(turns: Sequence[Turn]) -> str:
    """Return the turns with their sources."""
    return "\n\n".join(_turn(turn) for turn in turns) + "\n"


def escaped(text: str) -> str:
    """Return Markdown that shows the very characters of a text."""
    return _AT_BEGIN.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", _INDENT.sub("", visible(text))))


def _turn(turn: Turn) -> str:
    parts = [f"## {escaped(one_line(turn.question))}"]
    parts.append(_answer(turn.answer) if turn.answer else "*Interrupted.*")
    return "\n\n".join(parts)


def _answer(answer: Answer) -> str:
    if answer.abstained:
        parts = [ABSTAINED, closest(answer)] if answer.closest else [ABSTAINED]
    else:
        parts = [escaped(answer.text or "")]
    for number, citation in enumerate(answer.sources, 1):
        quote = "\n".join(f"> {line}" for line in escaped(citation.quote).split("\n"))
        parts.append(f"{quote}\n>\n> [{number}] `{one_line(citation.path)}`, {citation.place}")
    if answer.confidence is not None and not answer.abstained:
        parts.append(f"*Confidence: {sentence(answer.confidence)}*")
    return "\n\n".join(parts)
