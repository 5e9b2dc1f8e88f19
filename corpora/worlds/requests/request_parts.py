"""What invented requests are made of: kinds of functions, their parameters, and values to fill in."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from corpora.worlds import names
from corpora.worlds.names import Draw

Slot = Callable[[random.Random], tuple[str, Any]]
"""Draws a value: as people type it, and as the argument of a call."""

CITIES = (
    "Amsterdam|Athens|Bangkok|Barcelona|Berlin|Bogota|Boston|Brussels|Budapest|Buenos Aires|Cairo|"
    "Cape Town|"
    "Chicago|Copenhagen|Delhi|Denver|Dublin|Edinburgh|Geneva|Hamburg|Hanoi|Helsinki|Hong Kong|Istanbul|"
    "Jakarta|Kyoto|Lagos|Lima|Lisbon|London|Los Angeles|Lyon|Madrid|Manila|Melbourne|Mexico City|Milan|"
    "Montreal|Mumbai|Munich|Nairobi|New York|Oslo|Paris|Prague|Rome|San Francisco|Seattle|Seoul|Singapore|"
    "Stockholm|Sydney|Taipei|Tokyo|Toronto|Vienna|Warsaw|Zurich"
).split("|")
FIRST_NAMES = (
    "Ada Alex Amir Anna Ben Bruno Carla Chen Clara Daniel Dmitri Elena Emma Farid Finn Grace Hana Hugo Ines "
    "Ivan Jonas Julia Kira Lars Leo Lucia Marta Max Mina Nadia Nils Noah Olga Omar Pavel Priya Rosa Sam Sara "
    "Sven Tara Tom Umar Vera Wei Yara Zeno Zoe"
).split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_QUALITIES = (
    "annual broken confidential delayed draft final first internal late missing monthly new old overdue "
    "quarterly second signed updated urgent weekly"
).split()
_THINGS = (
    "audit|backup|budget|camera|contract|customer list|delivery|design review|export|guest list|heating|"
    "holiday plan|insurance|interview|invoice|kitchen order|launch|login page|meeting|menu|parking permit|"
    "payment|payroll|press release|printer|project plan|refund policy|release|rental agreement|report|roof|"
    "safety rules|sales figures|schedule|shipment|survey|tax form|training|travel expenses|warranty|"
    "workshop"
).split("|")
_FILES = (
    "agenda budget contract draft guide handbook index invoice letter log manual notes plan recipes report "
    "setup summary survey todo"
).split()
_FOLDERS = "archive docs drafts finance notes photos projects reports shared team".split()
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}
_ENDINGS = "md txt pdf csv docx html json".split()
_INVENTED_FILES = 0.5
"""Share of the files that have an invented name."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function; the first of its names stands for it in the templates of requests."""

    names: tuple[str, ...]
    schema: dict[str, Any]
    slot: Slot
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of function, and how people ask for it.

    In `asked`, `{city}` stands for the value of a parameter, and what stands in `[ ]` may be left out.
    """

    domain: str
    names: tuple[str, ...]
    descriptions: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    asked: tuple[str, ...]
    rivals: str = ""
    """Kinds of the same group could stand in for each other, so they are never offered together."""


def kind(domain: str, called: str, says: str, asked: str, *parameters: Parameter, rivals: str = "") -> Kind:
    """Build a kind from texts whose variants stand between bars."""
    variants = (tuple(part.strip() for part in text.split("|")) for text in (called, says, asked))
    functions, descriptions, requests = variants
    return Kind(domain, functions, descriptions, parameters, requests, rivals)


def text(called: str, draw: Draw | Slot, optional: bool = False) -> Parameter:
    """A string that is drawn."""
    return Parameter(tuple(called.split("|")), {"type": "string"}, as_typed(draw), optional)


def whole(called: str, low: int, high: int, optional: bool = False) -> Parameter:
    """An integer."""

    def slot(draw: random.Random) -> tuple[str, Any]:
        value = draw.randint(low, high)
        return str(value), value

    return Parameter(tuple(called.split("|")), {"type": "integer"}, slot, optional)


def decimal(called: str, low: int, high: int, optional: bool = False) -> Parameter:
    """A number, written with decimals half of the time."""

    def slot(draw: random.Random) -> tuple[str, Any]:
        value: int | float = draw.randint(low, high)
        if draw.random() < 0.5:
            value += draw.choice((0.5, 0.25, 0.75, 0.2, 0.4, 0.9, 0.99, 0.1))
        return str(value), value

    return Parameter(tuple(called.split("|")), {"type": "number"}, slot, optional)


def choice(called: str, *values: str, optional: bool = False) -> Parameter:
    """One of some values; `C=celsius` is one that is typed differently from the argument."""
    pairs = [value.split("=") for value in values]

    def slot(draw: random.Random) -> tuple[str, Any]:
        pair = draw.choice(pairs)
        return pair[-1], pair[0]

    schema = {"type": "string", "enum": list(dict.fromkeys(pair[0] for pair in pairs))}
    return Parameter(tuple(called.split("|")), schema, slot, optional)


def flag(called: str, yes: str, no: str = "") -> Parameter:
    """A boolean that is left out unless people say it, one way or the other."""
    phrases = [(phrase, True) for phrase in yes.split("|")]
    phrases += [(phrase, False) for phrase in no.split("|") if phrase]
    return Parameter(tuple(called.split("|")), {"type": "boolean"}, lambda draw: draw.choice(phrases), True)


def several(called: str, draw_one: Draw, optional: bool = False) -> Parameter:
    """An array of one to four strings."""

    def slot(draw: random.Random) -> tuple[str, Any]:
        values = list(dict.fromkeys(draw_one(draw) for _ in range(draw.choice((1, 2, 2, 3, 3, 4)))))
        listed = ", ".join(values[:-1]) + " and " + values[-1] if len(values) > 1 else values[0]
        return listed, values

    schema = {"type": "array", "items": {"type": "string"}}
    return Parameter(tuple(called.split("|")), schema, slot, optional)


def as_typed(draw_text: Draw | Slot) -> Slot:
    """Make a slot of a draw whose text is the argument as well."""

    def slot(draw: random.Random) -> tuple[str, Any]:
        drawn = draw_text(draw)
        return drawn if isinstance(drawn, tuple) else (drawn, drawn)

    return slot


def of(words: str) -> Draw:
    """Draw one of the texts between bars."""
    return names.one_of(*words.split("|"))


GROCERY = of(
    "milk|eggs|bread|apples|rice|butter|tomatoes|cheese|coffee|onions|pasta|bananas|yoghurt|carrots|tea|flour|"
    "spinach|olive oil|lentils|mushrooms|chicken|potatoes|garlic|salmon"
)


def filled(*templates: str) -> Draw:
    """Draw a template and fill its `{first}`, `{city}`, `{word}`, `{number}` and `{thing}`."""

    def draw_text(draw: random.Random) -> str:
        return draw.choice(templates).format(
            first=draw.choice(FIRST_NAMES), city=city(draw), word=names.word(draw),
            number=draw.randint(2, 60), thing=draw.choice(_THINGS),
        )  # fmt: skip

    return draw_text


def city(draw: random.Random) -> str:
    """Draw a town, a real one mostly."""
    return draw.choice(CITIES) if draw.random() < 0.65 else names.place(draw)


def person(draw: random.Random) -> str:
    """Draw a first name, or a whole one."""
    return draw.choice(FIRST_NAMES) if draw.random() < 0.6 else names.person(draw)


def mail_address(draw: random.Random) -> str:
    """Draw an address or a name to write to."""
    if draw.random() < 0.5:
        return person(draw)
    host = f"{names.word(draw).lower()}.{draw.choice(('com', 'org', 'net'))}"
    return f"{draw.choice(FIRST_NAMES).lower()}@{host}"


def topic(draw: random.Random) -> str:
    """Draw what a mail, a search or an issue may be about."""
    form = draw.random()
    if form < 0.35:
        return draw.choice(_THINGS)
    if form < 0.7:
        return f"{draw.choice(_QUALITIES)} {draw.choice(_THINGS)}"
    if form < 0.8:
        return f"{names.word(draw)} {draw.choice(_THINGS)}"
    return draw.choice((names.person, names.product, names.setting, names.company))(draw)


def path(draw: random.Random) -> str:
    """Draw the path of a file; half of them have names that nobody knows, which can only be copied."""
    if draw.random() < _INVENTED_FILES:
        stem = as_file_name(draw.choice((names.word, names.person, names.company, names.product))(draw))
    else:
        stem = draw.choice(_FILES)
        if draw.random() < 0.4:
            stem += draw.choice("-_") + draw.choice((names.word(draw).lower(), str(draw.randint(1, 2026))))
    folder = f"{draw.choice(_FOLDERS)}/" if draw.random() < 0.6 else ""
    return f"{folder}{stem}.{draw.choice(_ENDINGS)}"


def as_file_name(name: str) -> str:
    """Write a name as files are called, without an ending."""
    return "-".join(re.findall(r"\w+", name.lower()))


def folder(draw: random.Random) -> str:
    """Draw a folder."""
    return draw.choice((draw.choice(_FOLDERS), f"{draw.choice(_FOLDERS)}/{names.word(draw).lower()}"))


def typed_date(day: date, draw: random.Random) -> str:
    """Write a date in one of the forms in which people write it."""
    month = names.MONTHS[day.month - 1]
    ending = "th" if 11 <= day.day <= 13 else _ORDINALS.get(day.day % 10, "th")
    forms = (
        day.isoformat(), f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}",
        f"{day.day} {month[:3]} {day.year}", f"{month} {day.day}{ending}, {day.year}",
        f"{day.day}{ending} of {month} {day.year}", f"{day.day}.{day.month}.{day.year}",
    )  # fmt: skip
    return draw.choices(forms, (10, 4, 4, 2, 1, 1, 1))[0]


def iso_date(draw: random.Random) -> str:
    """Draw a date as a tool wants it."""
    return f"{draw.randint(1990, 2032)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"


def day(draw: random.Random) -> tuple[str, Any]:
    """Draw a day as it stands behind a verb: tomorrow, on 12 May."""
    if draw.random() < 0.45:
        near = draw.choice(("today", "tomorrow", "this", "next", "next"))
        near += f" {draw.choice(_DAYS)}" if near in ("this", "next") else ""
        return near, near
    number, month = draw.randint(1, 28), draw.choice(names.MONTHS)
    value = draw.choice((iso_date(draw), f"{number} {month}", f"{month} {number}", draw.choice(_DAYS)))
    return f"on {value}", value


def clock(draw: random.Random) -> tuple[str, Any]:
    """Draw a time of the day as it stands behind a verb: at 7 pm."""
    hour, minute = draw.randint(1, 12), draw.choice((0, 15, 30, 45, 20))
    plain = f"{hour} {draw.choice(('am', 'pm'))}"
    value = draw.choice((plain, plain.replace(" ", ""), f"{draw.randint(0, 23):02}:{minute:02}", "noon"))
    return f"at {value}", value


def code(*prefixes: str) -> Draw:
    """Return a way to draw numbers of orders, tickets, accounts."""
    return lambda draw: f"{draw.choice(prefixes)}{draw.randint(100, 99999)}"
