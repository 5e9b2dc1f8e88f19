"""Tasks of two or three steps, each of which needs what the one before it found out.

A task is a first thing to do, said as a command, and then clauses that ask for what follows from it; the
clauses are filled with the result (`{value}`), which the message does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from corpora.worlds import units
from corpora.worlds.tasks import found_texts, own_task
from corpora.worlds.tasks.own_task import OwnTask, Step, reply_to
from corpora.worlds.tasks.single_tasks import FOUND, counted, listed, now, shifted
from corpora.worlds.tasks.task_scene import Scene

Chain = tuple[str, list[str], list[Step], list[str]]
"""The first thing to do, clauses for the rest, all steps, and the reply after the first and the last."""

_KNOWN_VALUES: dict[str, tuple[int, int, float]] = {
    "pay": (10, 90, 0.4), "weight": (5, 40, 0.4), "daily": (2, 60, 0.4), "guests": (12, 300, 0.0),
}  # fmt: skip
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def build(kind: str, scene: Scene, *, is_whole: bool) -> OwnTask:
    """Draw a task.

    Args:
        kind: One of `KINDS`.
        scene: Its values.
        is_whole: Whether all of its steps are asked for; else only the first.
    """
    first, clauses, steps, replies = KINDS[kind](scene)
    scene.set("do", first)
    for number, clause in enumerate(clauses, 1):
        scene.set(f"clause{number}", clause)
    if not is_whole:
        return OwnTask(steps[0].name, scene.say(scene.frame("joined", "alone")), steps[:1], replies[0])
    frame = scene.frame("joined", "two" if len(clauses) == 1 else "three")
    return OwnTask(kind, scene.say(frame), steps, replies[-1])


def _clause(scene: Scene, *keys: str) -> tuple[str, str]:
    said, meant = scene.pair("clauses", *keys)
    return said, meant


def _search(scene: Scene, fact: str) -> tuple[str, Step, str]:
    """Begin with a search for a fact; `{value}` is what the found sentence says."""
    query = scene.say(scene.frame("documents", fact, "query"))
    sentence = scene.say(scene.frame("documents", fact, "sentence"))
    scene.set("query", query)
    first = scene.say(scene.frame("search_first"))
    if scene.draw.random() > found_texts.READ:
        return first, found_texts.search(query, sentence, scene), sentence
    others = [_about_another(scene, fact) for _ in range(scene.draw.choice(found_texts.OTHERS))]
    told = [(query, sentence), *((Scene(scene.draw).say("{name} {gear}"), other) for other in others)]
    return first, found_texts.search_read(query, told, scene), sentence


def _about_another(scene: Scene, fact: str) -> str:
    """Say the same as a document says, with another value, about something else."""
    other = Scene(scene.draw)
    if scene.has("from"):
        other.set("from", scene.say("{from}"))
    value = scene.meaning("{value}") if scene.has("value") else ""
    if _DATE.fullmatch(value):
        other.set("value", other.say("{date}"))
    else:
        other.set("value", other.spread(2, 400, 0.4 if "." in value else 0.0))
    return other.say(other.frame("documents", fact, "sentence"))


def _fact(scene: Scene) -> str:
    fact = scene.draw.choice(("price", "weight", "seats", "fee", "use"))
    bounds = {"price": (3, 400, 0.6), "weight": (2, 80, 0.5), "seats": (12, 900, 0.0)}
    scene.set("value", scene.spread(*bounds.get(fact, (4, 300, 0.4))))
    scene.set("from", scene.draw.choice(("kg", "pounds", "grams")))
    return fact


def _search_calculate(scene: Scene) -> Chain:
    first, found, sentence = _search(scene, fact := _fact(scene))
    clause, expression = _clause(scene, fact)
    step = own_task.calculate(expression)
    return first, [clause], [found, step], [sentence, reply_to(step)]


def _measure(scene: Scene) -> tuple[str, str, str]:
    family = scene.draw.choice(("length", "weight", "volume", "speed", "temperature", "area"))
    draw_two = units.two_units if family == "area" else units.two_everyday_units
    from_unit, to_unit = scene.set_units(draw_two(family, scene.draw))
    scene.set("value", scene.spread(2, 90 if family == "temperature" else 400, 0.4))
    if family == "length":
        family = scene.draw.choice(("length", "distance", "height"))
    return family, from_unit, to_unit


def _search_convert(scene: Scene) -> Chain:
    family, from_unit, to_unit = _measure(scene)
    first, found, sentence = _search(scene, family)
    clause = scene.say(scene.frame("clauses", "convert"))
    step = own_task.convert(scene.meaning("{value}"), from_unit, to_unit)
    return first, [clause], [found, step], [sentence, reply_to(step)]


def _search_add(scene: Scene) -> Chain:
    scene.set("value", *scene.typed(date.fromisoformat(scene.meaning("{date9}"))))
    first, found, sentence = _search(scene, "date")
    clause, meant = _clause(scene, "shift")
    step = shifted(meant, scene)
    return first, [clause], [found, step], [sentence, reply_to(step)]


def _converted(scene: Scene) -> tuple[str, Step]:
    """Begin with a conversion; `{value}` is its result."""
    family = scene.draw.choice(("length", "weight", "volume", "time", "data", "area"))
    from_unit, to_unit = scene.set_units(units.two_units(family, scene.draw))
    scene.set("x", value := scene.spread(2, 400, 0.4))
    step = own_task.convert(value, from_unit, to_unit)
    scene.set("value", step.result.split()[0])
    return scene.say(scene.frame("convert_first")), step


def _convert_calculate(scene: Scene) -> Chain:
    first, made = _converted(scene)
    clause, expression = _clause(scene, "amount")
    step = own_task.calculate(expression)
    return first, [clause], [made, step], [reply_to(made), reply_to(step)]


def _convert_calculate_twice(scene: Scene) -> Chain:
    first, clauses, steps, replies = _convert_calculate(scene)
    scene.set("result", steps[-1].result)
    clause, expression = _clause(scene, "then")
    step = own_task.calculate(expression)
    return first, [*clauses, clause], [*steps, step], [replies[0], reply_to(step)]


def _calculate_convert(scene: Scene) -> Chain:
    family = scene.draw.choice(("length", "weight", "volume", "time", "data"))
    from_unit, to_unit = scene.set_units(units.two_units(family, scene.draw))
    first, expression = scene.pair("calculate_first")
    made = own_task.calculate(expression)
    clause = scene.say(scene.frame("clauses", "convert"))
    step = own_task.convert(made.result, from_unit, to_unit)
    return first, [clause], [made, step], [reply_to(made), reply_to(step)]


def _search_calculate_convert(scene: Scene) -> Chain:
    from_unit, to_unit = scene.set_units(units.two_everyday_units("weight", scene.draw))
    scene.set("value", scene.spread(2, 80, 0.5))
    first, found, sentence = _search(scene, "weight")
    clause, expression = _clause(scene, "weight")
    made = own_task.calculate(expression)
    step = own_task.convert(made.result, from_unit, to_unit)
    second = scene.say(scene.frame("clauses", "convert"))
    return first, [clause, second], [found, made, step], [sentence, reply_to(step)]


def _days(scene: Scene) -> tuple[str, Step]:
    """Begin with a count of days; `{value}` is their number."""
    first, meant = scene.pair("days_first")
    made = counted(meant, scene)
    scene.set("value", made.result.split()[0])
    return first, made


def _days_calculate(scene: Scene) -> Chain:
    first, made = _days(scene)
    clause, expression = _clause(scene, "days")
    step = own_task.calculate(expression)
    return first, [clause], [made, step], [reply_to(made), reply_to(step)]


def _days_convert(scene: Scene) -> Chain:
    first, made = _days(scene)
    scene.set("to", scene.draw.choice(("weeks", "hours", "minutes", "weeks", "hours")))
    clause = scene.say(scene.frame("clauses", "convert"))
    step = own_task.convert(scene.meaning("{value}"), "days", scene.meaning("{to}"))
    return first, [clause], [made, step], [reply_to(made), reply_to(step)]


def _add_days(scene: Scene) -> Chain:
    first, meant = scene.pair("add_first")
    made = shifted(meant, scene)
    scene.set("value", made.result.split(", ")[1])
    clause, meant = _clause(scene, "from_date")
    step = counted(meant, scene)
    return first, [clause], [made, step], [reply_to(made), reply_to(step)]


def _time_days(scene: Scene) -> Chain:
    first, zone = scene.pair("time_first")
    made = now(scene, zone)
    [day] = _DATE.findall(made.result)
    scene.set("value", day)
    clause, meant = _clause(scene, "from_now")
    step = counted(meant, scene)
    return first, [clause], [made, step], [reply_to(made), reply_to(step)]


def _recall_calculate(scene: Scene) -> Chain:
    kind = scene.draw.choice(("fee", "fee", "pay", "price", "weight", "daily", "amount", "guests"))
    scene.set("value", scene.spread(*_KNOWN_VALUES.get(kind, (3, 900, 0.3))))
    about, fact = scene.pair("sums_known", kind)
    scene.set("about", about)
    clause, expression = _clause(scene, kind)
    made = Step("recall", {"about": about}, fact)
    step = own_task.calculate(expression)
    first = scene.say(scene.frame("recall_first"))
    return first, [clause], [made, step], [f"You told me: {fact}", reply_to(step)]


def _list_read(scene: Scene) -> Chain:
    word = scene.say("({document}|{document}|{name})").lower()
    scene.set("word", word)
    made = listed(word, scene)
    paths = made.result.splitlines()
    place = scene.draw.choice((0, 0, len(paths) - 1))
    table = "read_only" if len(paths) == 1 else "read_last" if place else "read_first"
    step = found_texts.read(paths[place], None, scene)
    first = scene.say(scene.frame("list_first"))
    return (
        first,
        [scene.say(scene.frame("clauses", table))],
        [made, step],
        [f"There are: {', '.join(paths)}", FOUND],
    )


def _search_read(scene: Scene) -> Chain:
    scene.set("value", scene.spread(2, 90, 0.3))
    scene.set("from", "kg")
    first, found, sentence = _search(scene, scene.draw.choice(("price", "weight", "fee", "rule")))
    step = found_texts.read(*found_texts.place_of(found, sentence), scene)
    return first, [scene.say(scene.frame("clauses", "read_place"))], [found, step], [sentence, FOUND]


KINDS: dict[str, Callable[[Scene], Chain]] = {
    "search, calculate": _search_calculate, "search, convert": _search_convert,
    "search, add": _search_add, "search, read": _search_read,
    "search, calculate, convert": _search_calculate_convert,
    "convert, calculate": _convert_calculate, "convert, calculate, calculate": _convert_calculate_twice,
    "calculate, convert": _calculate_convert, "days, calculate": _days_calculate,
    "days, convert": _days_convert, "add, days": _add_days, "time, days": _time_days,
    "recall, calculate": _recall_calculate, "list, read": _list_read,
}  # fmt: skip
"""A way to draw the parts of each kind of task."""
