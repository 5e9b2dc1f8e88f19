"""Conversation: rewrite a follow-up, route a message, small talk, summarise."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from corpora.example import Example, example
from corpora.wells import Row
from corpora.worlds import small_talk
from graphs import prompts
from graphs.document_qa.nodes import NOT_IN_DOCUMENTS
from graphs.mind import HISTORY

MOST_EARLIER_TURNS = 3
SMALL_TALK_SHARE = 0.4
"""Of the turns before small talk."""

LONGEST_SUM = 400
"""Characters of a word problem that is taken as a message."""

SMALL_TALK = ("microsoft-personality-chat", small_talk.WELL)
"""The sources of small talk that are nothing else; the others hold trivia and riddles as well."""

KNOWLEDGE = re.compile(r"(what|who|which|when|where|why|how|define|explain)\b(?!.*\byou)", re.IGNORECASE)
"""Questions that a person would look up."""

OTHER_DOMAINS = frozenset({"small_talk", "smalltalk", "meta"})

TOOL_INTENTS = frozenset(
    "calculator convert_temperature measurement_conversion exchange_rate timezone time date "
    "what_time reminder reminder_update timer alarm todo_list todo_list_update calendar "
    "calendar_update days_until conversion".split()
)

OWN_TOOLS = frozenset("calculate convert_units current_time add_to_date days_between remember recall".split())
"""Our own tools that do not read documents."""


def rewrite_example(row: Row) -> Example:
    """A row of `rewrite.jsonl`: a conversation, a follow-up, and how it reads alone."""
    history = to_messages(row["history"])[-HISTORY:]
    prompt = prompts.rewrite(history, row["question"])
    return example("rewrite", row["source"], prompt, row["standalone"])


def to_messages(rows: Sequence[Row]) -> list[BaseMessage]:
    """Turn rows of role and content into LangChain messages."""
    kinds: dict[str, type[HumanMessage] | type[AIMessage]] = {
        "user": HumanMessage,
        "assistant": AIMessage,
    }
    return [kinds[row["role"]](row["content"]) for row in rows if row["role"] in kinds]


def chat_example(row: Row, earlier: Sequence[BaseMessage] = ()) -> Example | None:
    """A row of `chitchat.jsonl`, perhaps later in a conversation; None for long instructions."""
    messages = [*earlier, *to_messages(row["messages"])]
    if len(messages) < 2 or sum(len(message.text) for message in messages) > 1500:
        return None
    return Example("chat", row["source"], prompts.chat(messages))


def earlier_turns(
    chitchat: Sequence[Row], questions: Sequence[Row], draw: random.Random
) -> list[BaseMessage]:
    """Make up to three turns that came before: small talk, questions with answers, questions without.

    What was said before is nothing to repeat, which a model that saw small talk only alone does not know.
    """
    turns: list[BaseMessage] = []
    for _ in range(draw.randint(1, MOST_EARLIER_TURNS)):
        if draw.random() < SMALL_TALK_SHARE:
            turns += to_messages(draw.choice(chitchat)["messages"][:2])
        else:
            row = draw.choice(questions)
            answer = row["answers"][0] if row["answers"] else NOT_IN_DOCUMENTS
            turns += [HumanMessage(row["question"]), AIMessage(answer)]
    return turns


def summary_example(row: Row) -> Example | None:
    """A row of `summaries.jsonl` with a short summary."""
    passage, summary = row["passage"], row["summary"]
    if len(passage) > 2200 or len(summary) > 500:
        return None
    return example("summarise", row["source"], prompts.summarise(passage), summary)


def routes(
    *,
    chitchat: Sequence[Row],
    intents: Sequence[Row],
    math: Sequence[Row],
    questions: Sequence[Row],
) -> Iterator[tuple[Row, str, str]]:
    """Yield row, message and route of what is known to be small talk, a tool's work, or a question."""
    for row in chitchat:
        said = row["messages"][0]["content"]
        if row["source"] in SMALL_TALK or not KNOWLEDGE.match(said):
            yield row, said, "chat"
    for row in intents:
        if row.get("domain") in OTHER_DOMAINS:
            yield row, row["text"], "chat"
        elif row["intent"] in TOOL_INTENTS:
            yield row, row["text"], "tools"
    for row in math:
        if row["expressions"] and len(row["question"]) < LONGEST_SUM:
            yield row, row["question"], "tools"
    for row in questions:
        yield row, row["question"], "documents"


def is_for_own_tool(row: Row) -> bool:
    """Whether a request is for one of our own tools that do not read documents."""
    return bool(row["expected"]) and row["expected"][0]["name"] in OWN_TOOLS


def route_example(text: str, reply: str, well: str) -> Example:
    """Route a message whose place is known from its well."""
    return example("route", well, prompts.route(text), reply)
