"""Tasks of one step, asked in passing or told as a story of every day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from corpora.worlds import names, units
from corpora.worlds.requests.own_requests import ZONES
from corpora.worlds.tasks import found_texts, own_task
from corpora.worlds.tasks.own_task import OwnTask, Step, reply_to
from corpora.worlds.tasks.task_scene import Scene

INVENTED_WORDS = 0.95
"""Share of the lists of files that are asked for by a word nobody knows."""

AMONG_ANY_WORDS = 0.35
"""Share of the formulas and paths that stand among any words: they are copied whatever is said of them."""

FOUND = "Here is what I found."
"""Reply to a result that is too long to be repeated."""


def _calculate(scene: Scene) -> OwnTask:
    table = scene.draw.choices(("one_sign", "two_signs", "percent", "formula"), (5, 3, 2, 3))[0]
    if table == "formula":
        scene.set("formula", _formula(scene))
    if table == "formula" and scene.draw.random() < AMONG_ANY_WORDS:
        expression = scene.meaning("{formula}")
        message = _among_words(expression, scene)
    else:
        message, expression = scene.pair("calculate", table)
    step = own_task.calculate(expression)
    return OwnTask("calculate", message, [step], reply_to(step))


def _formula(scene: Scene) -> str:
    patterns = (
        "{n} * {m}", "{m} / {few}", "({n} + {d}) * {few}", "{k} - {m} * {few}", "sqrt({m})",
        "{few} ** {few2}",
        "{d} * {d2}", "{m} - {d}", "({k} - {m}) / {few}", "{long} + {long2} + {d}", "{n}*{d}+{m}",
        "sqrt({k})", "sqrt({d})", "{n} ** 2", "sqrt({m}) * {few}",
        "{d}/{few}", "sqrt({n} * {n2})", "{percent}% * {k}", "{n} * ({m} + {few})", "({d} - {small}) * {n}",
        "{percent}% of {k}", "{k} - {n}", "{n} ** 3", "{m} / {n}",
    )  # fmt: skip
    return scene.meaning(scene.draw.choice(patterns))


def _among_words(said: str, scene: Scene) -> str:
    """Put something among words of other messages."""
    words = [scene.any_words(7), said, scene.any_words(5)]
    return " ".join(filter(None, words)) + scene.draw.choice(("", ".", "?", "!"))


def _convert_units(scene: Scene) -> OwnTask:
    family = scene.draw.choice([*units.families(), "length", "weight", "volume"])
    from_unit, to_unit = scene.set_units(units.two_units(family, scene.draw))
    scene.set("x", value := scene.spread(2, scene.draw.choice((12, 90, 900)), 0.35))
    table = family if scene.draw.random() < 0.6 else "any"
    message = scene.say(scene.frame("convert_units", table))
    step = own_task.convert(value, from_unit, to_unit)
    return OwnTask("convert_units", message, [step], reply_to(step))


def _current_time(scene: Scene) -> OwnTask:
    message, place = scene.pair("current_time")
    step = now(scene, place)
    return OwnTask("current_time", message, [step], reply_to(step))


def now(scene: Scene, zone: str) -> Step:
    """Tell the time of a scene in a zone; here when that is empty."""
    there = ZoneInfo(zone or scene.draw.choice(list(ZONES.values())))
    clock = time(scene.draw.randrange(24), scene.draw.randrange(60), tzinfo=there)
    answer = f"{datetime.combine(scene.today, clock):%A, %Y-%m-%d %H:%M %Z}"
    return Step("current_time", {"timezone": zone} if zone else {}, answer)


def _add_to_date(scene: Scene) -> OwnTask:
    message, meant = scene.pair("add_to_date")
    step = shifted(meant, scene)
    return OwnTask("add_to_date", message, [step], reply_to(step))


def shifted(meant: str, scene: Scene) -> Step:
    """Shift a date as `2026-05-01 - 3 weeks` or `today + 1 months` says."""
    start, sign, amount, unit = meant.split()
    return own_task.add_to_date(start, int(f"{sign}{amount}"), unit, scene.today)


def _days_between(scene: Scene) -> OwnTask:
    message, meant = scene.pair("days_between")
    step = counted(meant, scene)
    return OwnTask("days_between", message, [step], reply_to(step))


def counted(meant: str, scene: Scene) -> Step:
    """Count the days between two dates as `2026-05-01 today` says."""
    start, end = meant.split()
    return own_task.days_between(start, end, scene.today)


def _search_documents(scene: Scene) -> OwnTask:
    message, query = scene.pair("search_documents")
    result = found_texts.search(query, "", scene)
    return OwnTask("search_documents", message, [result], FOUND)


def _read_document(scene: Scene) -> OwnTask:
    if scene.draw.random() < AMONG_ANY_WORDS:
        path = scene.meaning("{path}")
        line = scene.meaning("{n}") if scene.draw.random() < 0.5 else ""
        where = [path, scene.any_words(3), f"line {line}"] if line else [path]
        message = _among_words(" ".join(filter(None, where)), scene)
    else:
        message, meant = scene.pair("read_document")
        path, _, line = meant.partition(" @ ")
    step = found_texts.read(path, int(line) if line else None, scene)
    return OwnTask("read_document", message, [step], FOUND)


def _list_documents(scene: Scene) -> OwnTask:
    if scene.draw.random() < INVENTED_WORDS:
        # From a list alone the words would be learned by heart, not copied.
        scene.set("document", names.word(scene.draw).lower())
    message, word = scene.pair("list_documents")
    step = listed(word, scene)
    return OwnTask("list_documents", message, [step], f"There are: {', '.join(step.result.splitlines())}")


def listed(word: str, scene: Scene) -> Step:
    """List some paths that hold a word, or any when it is empty."""
    paths = []
    for _ in range(scene.draw.randint(1, 4)):
        folder = scene.draw.choice(("", "", "archive/", "notes/", "team/", "2025/", "shared/"))
        more = scene.draw.choice(("", "-{few}", "_{name}", "-{year}", "-draft", "-final"))
        stem = scene.draw.choice((f"{word}{more}", f"{word}{more}", f"{{document}}-{word}")).strip("-_")
        drawn = Scene(scene.draw).say(stem).lower().replace(" ", "-")
        paths.append(f"{folder}{drawn}.{scene.draw.choice(('md', 'txt', 'pdf', 'docx', 'csv'))}")
    arguments = {"contains": word} if word else {}
    return Step("list_documents", arguments, "\n".join(sorted(set(paths))))


def _remember(scene: Scene) -> OwnTask:
    scene.set("fact", scene.say(scene.frame("facts")))
    message = scene.say(scene.frame("remember"))
    fact = scene.meaning("{fact}")
    step = Step("remember", {"fact": fact}, f"Remembered: {fact}")
    return OwnTask("remember", message, [step], "I will remember that.")


def _recall(scene: Scene) -> OwnTask:
    about, fact = scene.pair("known")
    scene.set("about", about)
    step = Step("recall", {"about": about}, fact)
    return OwnTask("recall", scene.say(scene.frame("recall")), [step], f"You told me: {fact}")


KINDS: dict[str, Callable[[Scene], OwnTask]] = {
    "calculate": _calculate, "convert_units": _convert_units, "current_time": _current_time,
    "add_to_date": _add_to_date, "days_between": _days_between, "search_documents": _search_documents,
    "read_document": _read_document, "list_documents": _list_documents, "remember": _remember,
    "recall": _recall,
}  # fmt: skip
"""A way to draw a task for each tool."""
