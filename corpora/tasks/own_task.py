"""The agent's own tools, one step after another: call the next one, leave the others, reply at the end."""

from __future__ import annotations

import random
from collections.abc import Iterator

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from corpora.example import Example, example
from corpora.passages import passage
from corpora.tasks.conversation import route_example
from corpora.tasks.tool import NO_TOOL_REPLY, without_noise
from corpora.worlds.requests.own_requests import SCHEMAS
from corpora.worlds.tasks.own_task import OwnTask
from corpora.worlds.tasks.own_tasks import WELL
from graphs import prompts

RIVALS = {
    "calculate": ("convert_units", "days_between", "add_to_date"), "convert_units": ("calculate",),
    "current_time": ("days_between", "add_to_date"), "add_to_date": ("days_between", "current_time"),
    "days_between": ("add_to_date", "calculate"), "search_documents": ("read_document", "recall"),
    "read_document": ("search_documents", "list_documents"),
    "list_documents": ("search_documents", "read_document"), "remember": ("recall",),
    "recall": ("remember", "search_documents"),
}  # fmt: skip
"""Tools that are easily mistaken for each other."""

LONGEST_REPLY = 250
"""Characters of a reply; a longer list of files teaches little."""

_WRONG_SENTENCES = 3
"""Sentences of a task that are no answer, at most."""

_WITH_HEADING = 0.7
"""Share of the sentences that are shown under the heading of their page."""

_SECOND_OTHER = 0.4
"""Share of the steps at which a second tool is shown that is not called."""


def task_examples(task: OwnTask, draw: random.Random, well: str = WELL) -> Iterator[Example]:
    """Cut a task into examples, one or more for each point at which the model replies.

    Before each step its tool is in view, which is to be called, and others, which are not. After the last,
    whatever is in view, the reply is in words.

    Args:
        task: The message and the steps.
        draw: Chooses the tools that are not called.
        well: Where the task comes from.
    """
    before: list[BaseMessage] = [HumanMessage(task.message)]
    for place, after in enumerate(told(task)):
        called = task.steps[place].name
        yield _example(well, called, before, after[-2])
        for other in _others(task, place, draw):
            yield _example(well, other, before, AIMessage(NO_TOOL_REPLY))
        before = after
    if len(task.reply) <= LONGEST_REPLY:
        for name in _after(task, draw):
            yield _example(well, name, before, AIMessage(task.reply))


def sentence_examples(task: OwnTask, draw: random.Random, well: str = WELL) -> Iterator[Example]:
    """Ask of sentences that a task's search found whether they are what its message needs.

    So the tool agent reads what was found (`graphs.tool_agent.reading`): by the person's message, which often
    is no question about it.

    Args:
        task: The message and what was found.
        draw: Chooses among the sentences that are not asked for.
        well: Where the task comes from.
    """
    wrong = [sentence for sentence in task.found if not sentence.is_asked]
    asked = [sentence for sentence in task.found if sentence.is_asked]
    for sentence in [*asked, *draw.sample(wrong, min(len(wrong), _WRONG_SENTENCES))]:
        heading = sentence.thing[:1].upper() + sentence.thing[1:] if draw.random() < _WITH_HEADING else ""
        prompt = prompts.grade(task.message, passage(sentence.text, heading))
        yield example("grade", well, prompt, prompts.YES if sentence.is_asked else prompts.NO)


def route_of_task(task: OwnTask, well: str = WELL) -> Example:
    """Route a task's message: to the documents what one search finds, to the tools all else."""
    is_looked_up = [step.name for step in task.steps] == ["search_documents"]
    return route_example(task.message, "documents" if is_looked_up else "tools", well)


def told(task: OwnTask) -> Iterator[list[BaseMessage]]:
    """Yield the conversation after each step: the message, and each call with its result."""
    said: list[BaseMessage] = [HumanMessage(task.message)]
    for number, step in enumerate(task.steps, 1):
        call = {"name": step.name, "args": dict(step.arguments), "id": f"call_{number}"}
        said = [*said, AIMessage("", tool_calls=[call]), ToolMessage(step.result, tool_call_id=call["id"])]
        yield said


def _example(well: str, name: str, history: list[BaseMessage], reply: BaseMessage) -> Example:
    # The reply stands outside of the prompt, which shortens all results but the last.
    return Example("tool", well, [*prompts.tool(history), reply], [without_noise(SCHEMAS[name])])


def _others(task: OwnTask, place: int, draw: random.Random) -> list[str]:
    """Draw one or two tools that are not next: called before, to be called later, or likely rivals."""
    called = task.steps[place].name
    likely = [step.name for step in task.steps] * 2 + [*RIVALS[called]] * 2 + [draw.choice(list(SCHEMAS))]
    if place:
        likely += [task.steps[place - 1].name] * 4
    likely = [name for name in likely if name != called]
    count = 2 if draw.random() < _SECOND_OTHER else 1
    return list(dict.fromkeys(draw.choice(likely) for _ in range(count)))


def _after(task: OwnTask, draw: random.Random) -> list[str]:
    """Draw the tools in view at the end: the last one called, and one that could have gone on."""
    last = task.steps[-1].name
    goes_on = draw.choice(["calculate", "convert_units", *RIVALS[last], draw.choice(list(SCHEMAS))])
    return list(dict.fromkeys((last, goes_on)))
