"""Tasks whose first steps are not named: people ask for the end, and what it takes has to be seen.

A frame is a message and the steps that it takes, `message => search price => calculate {n} * {value}`; the
result of a step is `{value}` in the next one. Beside each family of them stand messages that look alike and
take one step.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from corpora.worlds import units
from corpora.worlds.tasks import found_texts, own_task
from corpora.worlds.tasks.own_task import FoundSentence, OwnTask, Step, reply_to
from corpora.worlds.tasks.single_tasks import counted, shifted
from corpora.worlds.tasks.task_scene import Scene

FAMILIES = {
    "price": 5, "maker": 2.5, "kept": 1.5, "weight": 1.5, "fee": 1.5, "seats": 1.2, "use": 1.2, "heavy": 1.2,
    "long": 1, "full": 0.8,
    "fast": 0.6, "warm": 0.6, "dated": 2.2, "lasting": 1.5, "rate": 5, "ends": 3.5, "lap": 1.8, "bag": 1.6,
    "jug": 1, "weeks": 3, "rent_told": 1.2, "pay_told": 0.8, "walk_told": 0.6, "guests_told": 0.8,
}  # fmt: skip
"""Tables of frames and how often each is drawn, beside the others."""

LOOKED_UP = ("maker", "kept")
"""Families whose messages all take one step: not every page that is found is there to be reckoned with."""

_UNITS = {
    "weight": "plain weight", "heavy": "weight", "long": "length", "full": "volume", "fast": "speed",
    "warm": "temperature", "lap": "length", "bag": "weight", "jug": "volume",
}  # fmt: skip
_VALUES: dict[str, tuple[int, int, float]] = {
    "price": (5, 400, 0.6), "weight": (2, 80, 0.4), "heavy": (2, 80, 0.4), "seats": (80, 900, 0),
    "pay_told": (11, 90, 0.4), "walk_told": (2, 30, 0.5), "guests_told": (12, 140, 0), "warm": (2, 40, 0.2),
}  # fmt: skip
"""Least and greatest of the values that are looked for, and the share of them with decimals."""

_FACTS = {
    "heavy": "weight", "long": "length", "full": "volume", "fast": "speed", "warm": "temperature",
    "dated": "bought", "lasting": "length_of_job",
} | {fact: fact for fact in ("price", "weight", "fee", "seats", "use")}  # fmt: skip
"""What the things of a family are known for, where its message searches for nothing."""
_BESIDE = {
    "price": "price", "weight": "weight", "use": "use", "full": "volume", "fast": "speed", "dated": "bought",
    "lasting": "warranty", "maker": "maker", "kept": "kept",
}  # fmt: skip
"""Families, and the facts of theirs that a page may tell beside the one that is looked for."""
_ALREADY = 0.15
"""Share of the conversions that are not needed, since the documents have the unit that is asked for."""
_RIVAL = 0.35
"""Share of the searches that find the same about something else, too."""
_PAGES = 0.25
"""Share of the searches that show whole pages."""


def build(family: str, scene: Scene) -> OwnTask:
    """Draw a task.

    Args:
        family: One of `FAMILIES`.
        scene: Its values.
    """
    said, *meant = scene.frame("hidden", family).split(" => ")
    verbs = [step.partition(" ")[0] for step in meant]
    if verbs == ["search", "convert"] and scene.draw.random() < _ALREADY:
        meant.pop()
        _set_units(family, scene)
        scene.set("from", scene.say("{to}"))
    query = _set_values(family, meant[0], scene)
    message = re.sub(r"(?:^|(?<=[.?!] ))[a-z]", lambda letter: letter[0].upper(), scene.say(said))
    written = re.search(re.escape(query), message, re.IGNORECASE)
    steps = _Steps(scene, written[0] if written else query, family)
    for step in meant:
        steps.take(step)
    kind = ", ".join(verbs) if len(meant) > 1 else steps.done[0].name
    return OwnTask(kind, message, steps.done, steps.reply, steps.found)


def _set_values(family: str, first: str, scene: Scene) -> str:
    """Fill the slots that a family needs; return what is to be searched or recalled."""
    if family in _UNITS and not scene.has("from"):
        _set_units(family, scene)
    if family == "weeks":
        scene.set("to", scene.draw.choice(("weeks", "weeks", "hours", "minutes")))
    verb, _, fact = first.partition(" ")
    _set_value(family, fact, scene)
    if family.endswith("_told"):
        about, told = scene.pair("told", family.removesuffix("_told"))
        scene.set("about", about)
        scene.set("told", told)
        return about
    return _set_thing(fact if verb == "search" else _FACTS.get(family, ""), scene)


def _set_value(family: str, fact: str, scene: Scene) -> None:
    if fact in ("warranty", "length_of_job"):
        scene.set("value", scene.say("{term}"), scene.meaning("{term}"))
    elif fact in ("bought", "deadline"):
        scene.set("value", scene.say("{begin}"), scene.meaning("{begin}"))
    elif fact in LOOKED_UP:
        scene.set("value", scene.say("{company7}" if fact == "maker" else "{city7}"))
    else:
        scene.set("value", scene.spread(*_VALUES.get(family, (20, 400, 0.3))))


def _set_thing(fact: str, scene: Scene) -> str:
    if fact:
        one, many = scene.pair("found", fact, "things")
        scene.set("it", one)
        scene.set("them", many)
        return one
    return ""


def _set_units(family: str, scene: Scene) -> None:
    from_unit, _ = scene.set_units(units.two_everyday_units(_UNITS[family], scene.draw))
    large = from_unit in (
        "km",
        "kilometers",
        "miles",
        "kg",
        "kilograms",
        "pounds",
        "lbs",
        "liters",
        "gallons",
    )
    scene.set("x", scene.spread(2, 40, 0.4) if large else scene.spread(50, 900))


def _about_another(family: str, fact: str, scene: Scene) -> tuple[str, str]:
    """Say the same as a document says, with another value, about something else; return that, too."""
    other = Scene(scene.draw)
    if scene.has("from"):
        other.set("from", scene.say("{from}"))
    _set_value(family, fact, other)
    thing = _set_thing(fact, other)
    return thing, other.say(other.frame("found", fact, "sentence"))


def _others_about(thing: str, fact: str, draw: random.Random) -> list[str]:
    """Say other facts of something than the one that is looked for, with values of their own."""
    sentences = []
    for family, other in draw.sample(list(_BESIDE.items()), draw.choice((0, 1, 2, 2, 3))):
        scene = Scene(draw)
        scene.set("it", thing)
        if family in _UNITS:
            _set_units(family, scene)
        _set_value(family, other, scene)
        if other != fact:
            sentences.append(scene.say(scene.frame("found", other, "sentence")))
    return sentences


class _Steps:
    """The steps of a message, taken one after another.

    Args:
        scene: Values; `{value}` is what a step has found out.
        query: What a search looks for, as the message has it.
        family: That of the message.
    """

    def __init__(self, scene: Scene, query: str, family: str) -> None:
        self.scene = scene
        self.query = query
        self.family = family
        self.done: list[Step] = []
        self.found: list[FoundSentence] = []
        self.reply = ""
        self._ways: dict[str, Callable[[str], Step]] = {
            "search": self._search, "recall": self._recall, "add": self._add, "days": self._days,
            "convert": self._convert, "calculate": self._calculate,
        }  # fmt: skip

    def take(self, meant: str) -> None:
        """Take a step as a frame says it, such as `days {begin} {end}`."""
        verb, _, rest = meant.partition(" ")
        step = self._ways[verb](rest)
        self.done.append(step)
        if verb not in ("search", "recall"):
            self.reply = reply_to(step)

    def _search(self, fact: str) -> Step:
        self.reply = sentence = self.scene.say(self.scene.frame("found", fact, "sentence"))
        draw = self.scene.draw
        others = [
            _about_another(self.family, fact, self.scene) for _ in range(draw.choice(found_texts.OTHERS))
        ]
        told = [(self.scene.say("{it}"), sentence), *others]
        pages = [(thing, [said, *_others_about(thing, fact, draw)]) for thing, said in told]
        self.found = [
            FoundSentence(thing, said, said == sentence) for thing, lines in pages for said in lines
        ]
        beside = found_texts.said_beside(told[0][0], 2, draw)
        self.found += [FoundSentence(told[0][0], said, is_asked=False) for said in beside]
        form = draw.random()
        if form < found_texts.READ:
            return found_texts.search_read(self.query, told, self.scene)
        if form < found_texts.READ + _PAGES:
            return found_texts.search_pages(self.query, pages, self.scene)
        if others and draw.random() < _RIVAL:
            both = [sentence, others[0][1]]
            draw.shuffle(both)
            sentence = " ".join(both)
        return found_texts.search(self.query, sentence, self.scene)

    def _recall(self, _: str) -> Step:
        told = self.scene.say("{told}")
        self.reply = f"You told me: {told}"
        return Step("recall", {"about": self.query}, told)

    def _add(self, meant: str) -> Step:
        step = shifted(self.scene.meaning(meant), self.scene)
        self.scene.set("value", step.result.split(", ")[1])
        return step

    def _days(self, meant: str) -> Step:
        step = counted(self.scene.meaning(meant), self.scene)
        self.scene.set("value", step.result.split()[0])
        return step

    def _convert(self, meant: str) -> Step:
        step = own_task.convert(*self.scene.meaning(meant).split())
        self.scene.set("value", step.result.split()[0])
        return step

    def _calculate(self, meant: str) -> Step:
        return own_task.calculate(self.scene.meaning(meant))
