"""Tasks for the agent's own tools: a message, the calls that deal with it one after another, the reply.

What the tools answer is worked out where that is easy and invented where it is not, always in their format:
what is learned is to choose the next step, and to copy into its arguments what was said or answered before.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from corpora.worlds.tasks import chained_tasks, hidden_steps, single_tasks
from corpora.worlds.tasks.own_task import OwnTask, Step, Steps
from corpora.worlds.tasks.task_scene import Scene

WELL = "synthetic-own-tasks"

_FORMS = (0.35, 0.27, 0.38)
"""Shares of the tasks of one step, of those whose steps are named, and of those whose first steps are not."""
_COUNTS = ("calculate", "days_between")
_WHOLE = 0.55
"""Share of the tasks of several steps that are not cut down to their first step."""
_PLAIN = frozenset({"calculate", "add_to_date", "days_between", "current_time"})
"""Tools whose arguments survive a typing error in a word of the message."""
_WRITTEN = frozenset({"start", "end", "timezone"})
"""Arguments that are copied as they stand."""
_SINGLE: dict[str, Callable[[Scene], OwnTask]] = single_tasks.KINDS
_WEIGHTS = {"calculate": 7, "convert_units": 3, "add_to_date": 3, "days_between": 3}


def own_tasks(count: int, seed: int) -> Iterator[OwnTask]:
    """Yield a number of tasks, the same for the same seed.

    Args:
        count: How many.
        seed: Seed of the random numbers.
    """
    draw = random.Random(seed)
    for _ in range(count):
        task, scene = _drawn(draw)
        while any(step.name in _COUNTS and step.result.startswith("-") for step in task.steps):
            task, scene = _drawn(draw)  # no one has less than nothing left
        message = _typed(task.message, task.steps, scene)
        steps = list(_as_written(message, task.steps, scene))
        yield OwnTask(task.kind, message, steps, task.reply, task.found)


def _drawn(draw: random.Random) -> tuple[OwnTask, Scene]:
    scene = Scene(draw)
    form = draw.choices(("single", "named", "hidden"), _FORMS)[0]
    if form == "single":
        kind = draw.choices(list(_SINGLE), [_WEIGHTS.get(name, 1.5) for name in _SINGLE])[0]
        return _SINGLE[kind](scene), scene
    if form == "named":
        kind = draw.choice(list(chained_tasks.KINDS))
        return chained_tasks.build(kind, scene, is_whole=draw.random() < _WHOLE), scene
    family = draw.choices(list(hidden_steps.FAMILIES), list(hidden_steps.FAMILIES.values()))[0]
    return hidden_steps.build(family, scene), scene


def _as_written(message: str, steps: Steps, scene: Scene) -> Iterator[Step]:
    """Yield the steps with dates and zones as they stand in what was said: the tools read any form."""
    said = message
    for step in steps:
        written = {
            name: scene.written(value, said) if name in _WRITTEN else value
            for name, value in step.arguments.items()
        }
        yield Step(step.name, written, step.result)
        said += f"\n{step.result}"


def _typed(message: str, steps: Steps, scene: Scene) -> str:
    """Write a message as hurried or talkative people do."""
    draw = scene.draw
    message = message[0].upper() + message[1:]
    if draw.random() < 0.2:
        message = f"{scene.say(scene.frame('before'))} {message}"
    if draw.random() < 0.15:
        message = f"{message} {scene.say(scene.frame('after'))}"
    form = draw.random()
    if form < 0.1:
        message = message.rstrip(".?!")
    if form > 0.8 and all(step.name in _PLAIN for step in steps):
        message = message.lower() if form > 0.92 else _misspelt(message, draw)
    return message


def _misspelt(message: str, draw: random.Random) -> str:
    words = list(re.finditer(r"\b[a-z]{5,}\b", message))
    if not words:
        return message
    place = draw.choice(words).start() + draw.randint(1, 3)
    return message[:place] + message[place + 1] + message[place] + message[place + 2 :]
