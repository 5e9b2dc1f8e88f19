"""A small folder about invented products, companies and people, one file each, to measure on.

Names end as no name of `corpora.worlds.names` can, and the sentences are none of `corpora.worlds.facts`:
no training text holds them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["product", "company", "person"]

THINGS = 12
"""Things of each kind; each product has its own maker, and each company its own founder."""

STATEMENTS: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    "product": {
        "maker": ("The {name} is built by {value}.", "Behind the {name} stands {value}."),
        "price": ("One {name} costs {value} euros.", "Shops ask {value} euros for a {name}."),
        "weight": ("The {name} weighs {value} grams.", "On the scales, the {name} shows {value} grams."),
        "battery": ("A full battery drives the {name} for {value} minutes.",),
    },
    "company": {
        "founder": ("It was {value} who set up {name}.", "{value} set up {name} with a small loan."),
        "town": ("{name} runs its workshop in {value}.", "The workshop of {name} stands in {value}."),
        "staff": ("{value} people are on the payroll of {name}.",),
        "year": ("The register of firms lists {name} from {value} onwards.",),
    },
    "person": {
        "hometown": ("{name} grew up in {value}.", "The childhood home of {name} is in {value}."),
        "trade": ("{name} earns a living as {value}.", "By trade, {name} is {value}."),
        "instrument": ("In the evenings, {name} plays the {value}.",),
        "retired": ("{name} retired in {value}.",),
    },
}
"""How each fact is told; every statement is a whole sentence."""

_REMARKS: Mapping[Kind, tuple[str, ...]] = {
    "product": ("The {name} comes with a cloth bag.", "Spare parts for the {name} are easy to find."),
    "company": ("Visitors are welcome at {name} on open days.", "The canteen of {name} bakes its own bread."),
    "person": ("{name} dislikes long speeches.", "{name} keeps a vegetable garden."),
}
_FOLDERS: Mapping[Kind, str] = {"product": "products", "company": "companies", "person": "people"}
_STEMS = "Ash Bran Cal Dun El Fen Gar Hal Is Kel Lor Mar Nor Pen Quin Ren Sil Tor Ul Ven Wil".split()
_ENDS = "wick burgh stead worth shaw ford".split()
_FIRST_NAMES = (
    "Agnes Bertil Cosima Dorian Edith Fergus Gwen Harriet Ignatz Judith Konrad Lydia Moritz Nora Oskar "
    "Philippa Quentin Ruth Sigrid Theo Ursula Viktor Wanda Xenia"
).split()
_SORTS = "lamp kettle drill radio scale tent".split()
_FIRMS = ("Works", "Brothers", "Tools", "Union")
_TRADES = (
    "a baker|a surveyor|a tailor|a ferryman|a librarian|a locksmith|a beekeeper|a printer|a roofer|a nurse|"
    "a translator|a potter"
).split("|")
_INSTRUMENTS = "accordion bassoon cello clarinet flute guitar harp mandolin oboe trombone tuba zither".split()


@dataclass(frozen=True, slots=True)
class Thing:
    """A product, a company or a person."""

    kind: Kind
    name: str
    facts: Mapping[str, str]
    """By relation, a key of `STATEMENTS[kind]`."""
    text: str
    """The file about it."""

    @property
    def path(self) -> str:
        """Path of the file, relative to the folder."""
        return f"{_FOLDERS[self.kind]}/{self.name.lower().replace(' ', '-')}.md"


@dataclass(frozen=True, slots=True)
class World:
    """Things, by their names."""

    things: Mapping[str, Thing]

    def of(self, kind: Kind) -> list[Thing]:
        """Return the things of a kind, in the order in which they were invented."""
        return [thing for thing in self.things.values() if thing.kind == kind]

    def write(self, folder: Path) -> None:
        """Write a Markdown file about each thing."""
        for thing in self.things.values():
            file = folder / thing.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(thing.text, encoding="utf-8")


def invent(seed: int) -> World:
    """Invent a world, the same for the same seed; no two things share a name or a figure."""
    draw = random.Random(seed)
    places = draw.sample([stem + end for stem in _STEMS for end in _ENDS], 5 * THINGS)
    values = [str(value) for value in draw.sample(range(200, 1000), 4 * THINGS)]
    years = [str(year) for year in draw.sample(range(1900, 2020), 2 * THINGS)]
    firsts = draw.sample(_FIRST_NAMES, THINGS)
    trades, instruments = draw.sample(_TRADES, THINGS), draw.sample(_INSTRUMENTS, THINGS)
    things = []
    for _ in range(THINGS):
        person = f"{firsts.pop()} {places.pop()}"
        company = f"{places.pop()} {draw.choice(_FIRMS)}"
        product = f"{places.pop()} {draw.choice(_SORTS)}"
        things += [
            _tell(
                "product", product, draw,
                maker=company, price=values.pop(), weight=values.pop(), battery=values.pop(),
            ),
            _tell(
                "company", company, draw,
                founder=person, town=places.pop(), staff=values.pop(), year=years.pop(),
            ),
            _tell(
                "person", person, draw,
                hometown=places.pop(), trade=trades.pop(), instrument=instruments.pop(), retired=years.pop(),
            ),
        ]  # fmt: skip
    return World({thing.name: thing for thing in things})


def _tell(kind: Kind, name: str, draw: random.Random, **facts: str) -> Thing:
    choose: Callable[[tuple[str, ...]], str] = draw.choice
    lines = [
        choose(STATEMENTS[kind][relation]).format(name=name, value=value) for relation, value in facts.items()
    ]
    lines.append(choose(_REMARKS[kind]).format(name=name))
    draw.shuffle(lines)
    return Thing(kind, name, facts, "\n".join([f"# {name}", "", *lines, ""]))
