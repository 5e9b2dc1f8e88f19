"""Tasks for our own tools, done by the tool agent with the real tools over a small folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations, permutations
from typing import Any

from langchain_core.tools import BaseTool, ToolException
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ValidationError

from agent.evaluation.invented_world import invent
from agent.evaluation.own_tool_tasks import Task, holds, tasks
from graphs import Evidence
from graphs.tool_agent.choice import describe
from graphs.tool_agent.graph import ToolAgent
from llm.evaluation.intervals import interval, mean, means_by_kind

TASKS = 200
"""All tasks."""

SEED = 0
"""Of the world and of the tasks."""

MEASURES = ("right", "right_result", "right_tools")


def own_tool_tasks(count: int | None) -> list[Task]:
    """Return the tasks of today: so many of them, or all."""
    return list(tasks(min(count or TASKS, TASKS), SEED, invent(SEED), datetime.now().astimezone().date()))


def evaluate_own_tools(
    agent: ToolAgent,
    tools: Sequence[BaseTool],
    asked: Sequence[Task],
    *,
    embedder: Any,
    on_row: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Do every task with the tool agent.

    `right` is the share of tasks whose reply says the right result, which a tool gave; `right_result`
    that of those in which a tool gave it, whatever the reply says; `right_tools` that of those in which
    every tool that the task takes was called. The baseline calls one tool; see `likeliest_result`.

    Args:
        agent: The tool agent, which may call without asking a person.
        tools: Its tools.
        asked: The tasks.
        embedder: LangChain embeddings of the baseline.
        on_row: Called after each task.
    """
    scores: dict[str, list[float]] = {name: [] for name in MEASURES}
    guessed: list[float] = []
    for task in asked:
        measured = measure(task, agent.invoke({"question": task.message}))
        for name in MEASURES:
            scores[name].append(measured[name])
        guessed.append(float(holds(likeliest_result(task.message, tools, embedder), task.right)))
        on_row()
    kinds = [task.kind for task in asked]
    by_kind = {name: means_by_kind(kinds, values) for name, values in scores.items()}
    return {
        "n": len(asked),
        **{name: mean(values) for name, values in scores.items()},
        "kinds": {kind: {name: by_kind[name][kind] for name in MEASURES} for kind in dict.fromkeys(kinds)},
        "intervals": {"right": interval(scores["right"])},
        "baseline": {
            "right": mean(guessed),
            "kinds": means_by_kind(kinds, guessed),
        },
    }


def measure(task: Task, result: Mapping[str, Any]) -> dict[str, float]:
    """Return 1 or 0 for each of `MEASURES`.

    Args:
        task: What was asked.
        result: What the tool agent made of it.
    """
    called = [call["name"] for call in result["calls"]]
    given = [call["result"] for call in result["calls"] if call["status"] == "success"]
    is_given = any(holds(text, task.right) for text in given)
    return {
        "right": float(is_given and holds(result["answer"] or "", task.right)),
        "right_result": float(is_given),
        "right_tools": float(all(name in called for name in task.tools)),
    }


def likeliest_result(message: str, tools: Sequence[BaseTool], embedder: Any) -> str:
    """Return what the tool whose description is likest a message makes of the message's words.

    Numbers go to the parameters that take numbers, in their order; words to those that take text: the
    longest stretch of words, or the first of them, that the tool does not refuse.
    """
    nearness = Evidence(embedder).similarities(
        message, [describe(convert_to_openai_tool(tool)) for tool in tools]
    )
    tool = tools[nearness.index(max(nearness))]
    for arguments in _arguments(message, tool):
        try:
            return str(tool.invoke(arguments))
        except (ToolException, ValidationError):
            continue
    return ""


def _arguments(message: str, tool: BaseTool) -> Iterator[dict[str, Any]]:
    words = [word.strip(",.;:?!") for word in message.split()]
    found = iter([word for word in words if re.fullmatch(r"-?\d+(\.\d+)?", word)])
    numeric = {
        name: next(found, "0")
        for name, says in tool.args.items()
        if says.get("type") in ("integer", "number")
    }
    texts = [name for name, says in tool.args.items() if says.get("type") == "string" and "enum" not in says]
    if len(texts) > 1:
        candidates: Iterator[tuple[str, ...]] = permutations(words, len(texts))
    else:
        spans = sorted(combinations(range(len(words) + 1), 2), key=lambda span: span[0] - span[1])
        candidates = ((" ".join(words[start:end]),) for start, end in spans)
    for values in candidates if texts else [()]:
        yield numeric | dict(zip(texts, values, strict=True))
