"""The text of every node: functions from typed inputs to messages.

The in-house model is trained on exactly these messages: the task builders in `corpora/` call these
functions. Each begins with a system message named after its task. A foreign chat model reads the
instruction in it; our template puts one task token in its place, since our model knows its tasks by
heart. A changed prompt is a changed training set.

The question comes before what it is asked of: a model that reads from left to right then reads the
text knowing what to look for.
"""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from rag.passage import Passage

YES = "yes"
NO = "no"
YES_OR_NO = (YES, NO)

EARLIER_RESULT = 200
"""Characters that are shown of a tool's result once the conversation has gone on."""

ROUTES = ("documents", "tools", "chat", "reason")
"""Where a message can be sent: search the documents, use tools, talk, or reason in steps."""

INSTRUCTIONS = {
    "route": (
        "Decide what the message needs. Reply with one word: documents (facts that the documents may "
        "hold), tools (a calculation, a date, a unit, something to remember), chat (small talk), or "
        "reason (several facts that must be found and combined)."
    ),
    "rewrite": (
        "Rewrite the last question so that it can be understood without the conversation. Keep its "
        "meaning. Reply with the question alone."
    ),
    "grade": "Does the passage contain the answer to the question? Reply with yes or no.",
    "quote": (
        "Copy, word for word, the sentence from the passages that answers the question best. Reply "
        "with the quotation alone."
    ),
    "answer": (
        "Answer the question from the quotation, in its own words and as briefly as it allows. Reply "
        "with the answer alone."
    ),
    "check": ("Is the answer to the question correct according to the quotation? Reply with yes or no."),
    "chat": "You are Homespun, a helpful assistant. Reply briefly and politely.",
    "tool": "Call the tools that help to answer. Answer in words when no tool is needed.",
    "summarise": "Summarise the text in one to three sentences.",
    "plan": (
        "Break the question into simple questions that can each be answered alone, one a line. Repeat "
        "a question that is already simple."
    ),
}
"""What each task asks for, in the words that a foreign chat model reads."""


REPHRASE = (
    "A search of the documents found nothing for the question in the words below. Write it once in "
    "other words that the documents may use. Keep its meaning. Reply with the question alone."
)
"""What a foreign chat model reads when a search found nothing."""


def _task(task: str, content: str) -> list[BaseMessage]:
    return [SystemMessage(INSTRUCTIONS[task], name=task), HumanMessage(content)]


def route(message: str) -> list[BaseMessage]:
    """Ask where a message should be sent; the reply is one of `ROUTES`."""
    return _task("route", message)


def rewrite(history: Sequence[BaseMessage], question: str) -> list[BaseMessage]:
    """Ask for a question that stands without the conversation before it (oldest message first)."""
    lines = [f"{_speaker(message)}: {message.text}" for message in history]
    return _task("rewrite", "\n".join([*lines, f"User: {question}"]))


def rephrase(tried: Sequence[str]) -> list[BaseMessage]:
    """Ask for other words for a question when a search with those tried (oldest first) found nothing.

    To our model this is the task "rewrite": it has no token of its own.
    """
    lines = [f"User: {question}" for question in tried]
    return [SystemMessage(REPHRASE, name="rewrite"), HumanMessage("\n".join(lines))]


def grade(question: str, passage: Passage) -> list[BaseMessage]:
    """Ask whether a passage holds the answer; the reply is yes or no."""
    return _task("grade", f"Question: {question}\n\n{_show(passage)}")


def quote(question: str, passages: Sequence[Passage]) -> list[BaseMessage]:
    """Ask for the sentence of the passages that answers the question, word for word."""
    shown = "\n\n".join(_show(passage) for passage in passages)
    return _task("quote", f"Question: {question}\n\n{shown}\n\nQuestion: {question}")


def answer(question: str, quotation: str) -> list[BaseMessage]:
    """Ask for the answer that a quotation gives: a span of it."""
    return _task("answer", f"Question: {question}\nQuotation: {quotation}")


def check(question: str, quotation: str, proposed: str) -> list[BaseMessage]:
    """Ask whether a proposed answer is right by the quotation; the reply is yes or no."""
    return _task("check", f"Question: {question}\nAnswer: {proposed}\nQuotation: {quotation}")


def chat(history: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Ask for a reply to the last message of a conversation."""
    return [SystemMessage(INSTRUCTIONS["chat"], name="chat"), *history]


def background(memories: Sequence[str]) -> list[BaseMessage]:
    """Return what comes before a conversation: memories of earlier ones, or nothing."""
    return [HumanMessage("\n".join(["From earlier conversations:", *memories]))] if memories else []


def tool(history: Sequence[BaseMessage], whole: int = 1) -> list[BaseMessage]:
    """Ask for tool calls, or a reply in words, to the last message of a conversation.

    Args:
        history: The conversation.
        whole: How many messages, from its end, are shown as they are. Before them results of tools are
            shortened: what they were needed for is done. Our model has learned to read one.
    """
    shown = [*map(_shorten, history[:-whole]), *history[-whole:]]
    return [SystemMessage(INSTRUCTIONS["tool"], name="tool"), *shown]


def summarise(text: str) -> list[BaseMessage]:
    """Ask for a summary of a text."""
    return _task("summarise", text)


def plan(question: str) -> list[BaseMessage]:
    """Ask for the simple questions that a question is made of, one a line."""
    return _task("plan", question)


def _show(passage: Passage) -> str:
    title = f"Passage ({passage.heading})" if passage.heading else "Passage"
    return f"{title}: {passage.text.strip()}"


def _shorten(message: BaseMessage) -> BaseMessage:
    if not isinstance(message, ToolMessage) or len(message.text) <= EARLIER_RESULT:
        return message
    return message.model_copy(update={"content": message.text[:EARLIER_RESULT] + "…"})


def _speaker(message: BaseMessage) -> str:
    return "Assistant" if isinstance(message, AIMessage) else "User"
