"""Tasks for our own tools, with the result that is right by arithmetic of their own.

They are asked in words that `corpora.worlds.requests.own_requests` does not use.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.evaluation.invented_world import World

KINDS = ("arithmetic", "dates", "units", "documents", "several_steps")


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked and what is right."""

    kind: str
    message: str
    tools: tuple[str, ...]
    """Names of the tools that it takes, in order."""
    right: str
    """A number, or words that stand in the right result."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What tasks are drawn from."""

    random: random.Random
    world: World
    today: date

    def say(self, templates: str, **values: object) -> str:
        """Draw one of the templates between bars and fill it."""
        return self.random.choice(templates.split("|")).format(**values)

    def day(self) -> date:
        """Draw a day."""
        return date(2000, 1, 1) + timedelta(days=self.random.randrange(12_000))


def tasks(count: int, seed: int, world: World, today: date) -> Iterator[Task]:
    """Yield a number of tasks, the kinds in turns, the same for the same arguments.

    Args:
        count: How many.
        seed: Seed of the random numbers.
        world: What the documents are about.
        today: The day on which they are asked.
    """
    draw = Draw(random.Random(seed), world, today)
    asked: set[str] = set()
    while len(asked) < count:
        task = draw.random.choice(_MAKERS[KINDS[len(asked) % len(KINDS)]])(draw)
        # Repeating the message must not be right.
        if task.message not in asked and not holds(task.message, task.right):
            asked.add(task.message)
            yield task


def holds(text: str, right: str) -> bool:
    """Whether a text says what is right: the words, or the number to three figures in a thousand."""
    try:
        expected = float(right)
    except ValueError:
        return right.casefold() in text.casefold()
    return any(math.isclose(number, expected, rel_tol=1e-3) for number in numbers(text))


def numbers(text: str) -> Iterator[float]:
    """Yield the words of a text that are numbers; dates and times are none."""
    for word in text.split():
        try:
            yield float(word.strip(",.;:?!()=").replace(",", ""))
        except ValueError:
            continue


def _formula(draw: Draw) -> Task:
    a, b, c = (draw.random.randint(2, 99) for _ in range(3))
    formula, value = draw.random.choice(
        (
            (f"{a} * {b}", a * b),
            (f"{a} * {b} + {c}", a * b + c),
            (f"({a} + {b}) * {c}", (a + b) * c),
            (f"{a * b} / {b}", a),
            (f"{a * 10} - {b}", a * 10 - b),
            (f"sqrt({a * 100})", math.sqrt(a * 100)),
            (f"{a} ** 3", a**3),
            (f"{c}% of {a * 10}", c * a / 10),
        )
    )
    message = draw.say(
        "Please give me the value of {it}.|I can't do {it} in my head.|Which number do you get from {it}?|"
        "Somebody wrote {it} on the board; what should stand behind the equals sign?|"
        "Could you run the numbers on {it}?",
        it=formula,
    )
    return Task("arithmetic", message, ("calculate",), str(value))


def _word_problem(draw: Draw) -> Task:
    a, b = draw.random.randint(12, 99), draw.random.randint(3, 40)
    template, value = draw.random.choice(
        (
            ("A crate holds {a} bottles and we ordered {b} crates: how many bottles arrive?", a * b),
            ("The bill is {c} euros for {b} people; what is each one's share?", a),
            ("Rent is {a} euros a week. What does that make over {b} weeks?", a * b),
            ("The jacket was {c} euros and is now {a} euros cheaper: its new price?", a * b - a),
            ("Lunch was {a} euros, the train {c} euros: what did the day cost me?", a + a * b),
        )
    )
    message = template.format(a=a, b=b, c=a * b)
    return Task("arithmetic", message, ("calculate",), str(value))


def _shifted(draw: Draw) -> Task:
    start, amount = draw.day(), draw.random.randint(2, 60)
    unit, days = draw.random.choice((("days", 1), ("weeks", 7)))
    later = draw.random.random() < 0.6
    templates = (
        "The lease of {start} runs for {span}; on what day does it stop?|"
        "If I count {span} onward from {start}, where on the calendar do I land?|"
        "The guarantee began on {start} and covers {span}. Its final date?"
        if later
        else "Notice has to be given {span} ahead of {start}; by when?|"
        "The wedding is on {start} and I order the cake {span} earlier: when do I order?"
    )
    moved = start + timedelta(days=amount * days * (1 if later else -1))
    message = draw.say(templates, span=f"{amount} {unit}", start=start)
    return Task("dates", message, ("add_to_date",), moved.isoformat())


def _from_today(draw: Draw) -> Task:
    amount = draw.random.randint(2, 60)
    message = draw.say(
        "The parcel needs {n} days from today: which date does that make?|"
        "I get my cast off in exactly {n} days. The date, please.",
        n=amount,
    )
    return Task("dates", message, ("add_to_date",), (draw.today + timedelta(days=amount)).isoformat())


def _distance(draw: Draw) -> Task:
    start, end = sorted((draw.day(), draw.day()))
    message = draw.say(
        "How many nights does a stay from {a} to {b} have?|"
        "The works began on {a} and ended on {b}: how many days?|"
        "Between {a} and {b}, how many times did the sun rise?|"
        "She joined on {a} and left on {b}; for how many days was she with us?",
        a=start, b=end,
    )  # fmt: skip
    return Task("dates", message, ("days_between",), str((end - start).days))


def _calendar(draw: Draw) -> Task:
    city, zone = draw.random.choice(
        (("Berlin", "Europe/Berlin"), ("Tokyo", "Asia/Tokyo"), ("New York", "America/New_York"),
         ("Sydney", "Australia/Sydney"), ("Lisbon", "Europe/Lisbon"))
    )  # fmt: skip
    message = draw.say(
        "What does the calendar on a wall in {city} show?|"
        "My cousin lives in {city}: which date does she have now?|"
        "Could you check the clock for {city}?",
        city=city,
    )
    return Task("dates", message, ("current_time",), datetime.now(ZoneInfo(zone)).date().isoformat())


_FACTORS: tuple[tuple[str, str, Callable[[float], float]], ...] = (
    ("miles", "km", lambda value: value * 1.609344),
    ("km", "miles", lambda value: value / 1.609344),
    ("kg", "pounds", lambda value: value / 0.45359237),
    ("pounds", "kg", lambda value: value * 0.45359237),
    ("feet", "meters", lambda value: value * 0.3048),
    ("inches", "cm", lambda value: value * 2.54),
    ("ounces", "grams", lambda value: value * 28.349523125),
    ("gallons", "liters", lambda value: value * 3.785411784),
    ("celsius", "fahrenheit", lambda value: value * 9 / 5 + 32),
    ("fahrenheit", "celsius", lambda value: (value - 32) * 5 / 9),
    ("hours", "minutes", lambda value: value * 60),
    ("acres", "hectares", lambda value: value * 0.40468564224),
)
_LENGTHS = tuple(factor for factor in _FACTORS if factor[0] in ("miles", "km", "feet", "inches"))


def _units(draw: Draw) -> Task:
    source, target, convert = draw.random.choice(_FACTORS)
    value = draw.random.choice((draw.random.randint(2, 400), draw.random.randint(11, 999) / 10))
    message = draw.say(
        "The label says {v} {a}. Which figure would stand there in {b}?|Give {v} {a} as {b}.|"
        "I think in {b}; translate {v} {a} for me.|A form asks for {b}, but all I know is {v} {a}.|"
        "They announced {v} {a} on the radio, and I only understand {b}.",
        v=value, a=source, b=target,
    )  # fmt: skip
    return Task("units", message, ("convert_units",), f"{convert(value):.10g}")


def _found(draw: Draw) -> Task:
    product = draw.random.choice(draw.world.of("product"))
    relation, templates = draw.random.choice(
        (
            (
                "price",
                "My notes say what the {it} costs; look there.|Dig the price of the {it} out of my papers.",
            ),
            (
                "weight",
                "Go through my files: how heavy is the {it}?|The papers should tell what the {it} weighs.",
            ),
            ("maker", "Who builds the {it}? It must stand somewhere in my files."),
        )
    )
    message = draw.say(templates, it=product.name)
    return Task("documents", message, ("search_documents",), product.facts[relation])


def _read(draw: Draw) -> Task:
    thing = draw.random.choice(list(draw.world.things.values()))
    lines = thing.text.splitlines()
    number = draw.random.randrange(3, len(lines) + 1)
    message = draw.say(
        "Put {path} on the screen, beginning with line {n}.|Please quote {path} to me, line {n} and below.|"
        "Scroll {path} to line {n}.",
        path=thing.path, n=number,
    )  # fmt: skip
    return Task("documents", message, ("read_document",), lines[number - 1])


def _listed(draw: Draw) -> Task:
    thing = draw.random.choice(list(draw.world.things.values()))
    word = thing.name.split()[-1 if thing.kind == "person" else 0].lower()
    message = draw.say(
        "Is any file named after {it}?|Under what path is the file on {it} kept?|"
        "Name the files whose path mentions {it}.",
        it=word,
    )
    return Task("documents", message, ("list_documents",), thing.path)


def _priced(draw: Draw) -> Task:
    product, many = draw.random.choice(draw.world.of("product")), draw.random.randint(3, 30)
    message = draw.say(
        "Take the price of the {it} from my papers and tell me what {n} of them cost.|"
        "I buy {n} pieces of the {it}; with the price in my files, what is the sum?",
        it=product.name, n=many,
    )  # fmt: skip
    value = int(product.facts["price"]) * many
    return Task("several_steps", message, ("search_documents", "calculate"), str(value))


def _converted_share(draw: Draw) -> Task:
    source, target, convert = draw.random.choice(_LENGTHS)
    value, many = draw.random.randint(2, 300), draw.random.randint(3, 20)
    message = draw.say(
        "Turn {v} {a} into {b}, then multiply by {n}.|One lap is {v} {a}; how many {b} are {n} laps?",
        v=value, a=source, b=target, n=many,
    )  # fmt: skip
    return Task("several_steps", message, ("convert_units", "calculate"), f"{convert(value) * many:.10g}")


def _paid_days(draw: Draw) -> Task:
    start, pay = draw.day(), draw.random.randint(11, 95)
    end = start + timedelta(days=draw.random.randint(20, 700))
    message = draw.say(
        "I parked from {a} to {b} at {n} euros a day: what do I owe?|"
        "A room costs {n} euros a night; what did the stay from {a} to {b} cost?",
        a=start, b=end, n=pay,
    )  # fmt: skip
    return Task("several_steps", message, ("days_between", "calculate"), str((end - start).days * pay))


def _ended(draw: Draw) -> Task:
    start, weeks = draw.day(), draw.random.randint(3, 30)
    exam = start + timedelta(days=draw.random.randint(220, 600))
    message = draw.say(
        "A course of {n} weeks starts on {a}. How many days remain from its end to the exam on {b}?|"
        "We sail on {a} for {n} weeks; how many days after our return is {b}?",
        n=weeks, a=start, b=exam,
    )  # fmt: skip
    days = (exam - start).days - weeks * 7
    return Task("several_steps", message, ("add_to_date", "days_between"), str(days))


_MAKERS: dict[str, tuple[Callable[[Draw], Task], ...]] = {
    "arithmetic": (_formula, _formula, _word_problem),
    "dates": (_shifted, _shifted, _distance, _distance, _from_today, _calendar),
    "units": (_units,),
    "documents": (_found, _read, _listed),
    "several_steps": (_priced, _converted_share, _paid_days, _ended),
}
