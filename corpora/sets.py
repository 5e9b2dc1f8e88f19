"""Which sequence sets an example goes to: a recipe gives each set a share of the batches.

Tasks that have many examples of several kinds are parted: what people asked about a text, what is written
for this project, what is made of text, and what is invented teach different things, and the first two are
the fewest. Other tasks stay in one set each: a batch is of one set, and a batch of a single route unlearns
the others (docs/LOG.md).

Three of four examples of tools teach when not to call one, and say nothing of arguments. So those that call
one stand a second time, in a set of their own, and those whose call follows another's result a third time.
"""

from __future__ import annotations

from functools import cache

from langchain_core.messages import AIMessage, ToolMessage

from corpora.example import Example
from corpora.sources import read_sources
from corpora.written_texts import WELL as WRITTEN

TOOL_PARTS = {
    "metatool": "choices", "written-requests": "written", "synthetic-requests": "requests",
    "synthetic-own-tasks": "own", "gsm8k": "own", "svamp": "own", "aqua-rat": "own",
}  # fmt: skip
"""Well of examples of calls to the part that it belongs to; the others are dialogues."""

PARTED_BY_ORIGIN = ("answer", "grade", "rewrite")

CALLS = "_calls"
"""Ends the name of a set of examples that call a tool."""

LATER_CALLS = "_later_calls"
"""Ends the name of a set of examples that call a tool once another has answered."""


def sets_of(example: Example) -> tuple[str, ...]:
    """Return the names of the sequence sets of an example: its task or a part of that, and its calls."""
    if example.task == "tool":
        part = f"tool_{TOOL_PARTS.get(example.well, 'dialogues')}"
        reply = example.messages[-1]
        if not (isinstance(reply, AIMessage) and reply.tool_calls):
            return (part,)
        is_later = isinstance(example.messages[-2], ToolMessage)
        return (part, part + CALLS, part + LATER_CALLS) if is_later else (part, part + CALLS)
    is_parted = example.task in PARTED_BY_ORIGIN
    return (f"{example.task}_{_origin(example.well)}" if is_parted else example.task,)


def _origin(well: str) -> str:
    if well == WRITTEN:
        return "written"
    if well.startswith("synthetic-"):
        return "invented"
    return "made" if well in _texts() else "asked"


@cache
def _texts() -> frozenset[str]:
    return frozenset(source.well for source in read_sources() if source.kind == "pretraining text")
