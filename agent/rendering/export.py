"""A conversation as a Markdown document."""

from __future__ import annotations

from collections.abc import Sequence

from agent.conversations.answer import ABSTAINED, Answer
from agent.conversations.threads import Turn
from agent.rendering.confidence import sentence
from agent.rendering.escape import one_line, visible


def as_markdown(turns: Sequence[Turn]) -> str:
    """Return the turns with their sources."""
    return "\n\n".join(_turn(turn) for turn in turns) + "\n"


def _turn(turn: Turn) -> str:
    parts = [f"## {one_line(turn.question)}"]
    parts.append(_answer(turn.answer) if turn.answer else "*Interrupted.*")
    return "\n\n".join(parts)


def _answer(answer: Answer) -> str:
    if answer.abstained:
        return ABSTAINED
    parts = [visible(answer.text or "")]
    for number, citation in enumerate(answer.citations, 1):
        quote = "\n".join(f"> {line}" for line in visible(citation.quote).splitlines())
        parts.append(f"{quote}\n>\n> [{number}] `{one_line(citation.path)}`, {citation.place}")
    if answer.confidence is not None:
        parts.append(f"*Confidence: {sentence(answer.confidence)}*")
    return "\n\n".join(parts)
