"""Requests for the agent's own tools: their schemas as data, and what people type to get them called."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from corpora.worlds import names, units
from corpora.worlds.requests.request_parts import FIRST_NAMES, city, filled, iso_date, path, topic, typed_date

Asked = tuple[str, dict[str, Any]]
"""A message and the arguments that it asks for."""

RIVALS = {
    "convert_units": "convert", "search_documents": "lookup", "remember": "remember", "recall": "lookup",
}  # fmt: skip
"""Groups of tools that could stand in for each other, see `Kind.rivals`."""

ZONES = {
    "Amsterdam": "Europe/Amsterdam", "Athens": "Europe/Athens", "Auckland": "Pacific/Auckland",
    "Bangkok": "Asia/Bangkok", "Berlin": "Europe/Berlin", "Brussels": "Europe/Brussels",
    "Cairo": "Africa/Cairo", "Chicago": "America/Chicago", "Copenhagen": "Europe/Copenhagen",
    "Denver": "America/Denver", "Dubai": "Asia/Dubai", "Dublin": "Europe/Dublin",
    "Helsinki": "Europe/Helsinki", "Hong Kong": "Asia/Hong_Kong", "Istanbul": "Europe/Istanbul",
    "Jakarta": "Asia/Jakarta", "Johannesburg": "Africa/Johannesburg", "Lagos": "Africa/Lagos",
    "Lisbon": "Europe/Lisbon", "London": "Europe/London", "Los Angeles": "America/Los_Angeles",
    "Madrid": "Europe/Madrid", "Manila": "Asia/Manila", "Melbourne": "Australia/Melbourne",
    "Mexico City": "America/Mexico_City", "Moscow": "Europe/Moscow", "Nairobi": "Africa/Nairobi",
    "New York": "America/New_York", "Oslo": "Europe/Oslo", "Paris": "Europe/Paris",
    "Prague": "Europe/Prague", "Rome": "Europe/Rome", "Sao Paulo": "America/Sao_Paulo",
    "Seoul": "Asia/Seoul", "Shanghai": "Asia/Shanghai", "Singapore": "Asia/Singapore",
    "Stockholm": "Europe/Stockholm", "Sydney": "Australia/Sydney", "Tokyo": "Asia/Tokyo",
    "Toronto": "America/Toronto", "Vienna": "Europe/Vienna", "Warsaw": "Europe/Warsaw",
    "Zurich": "Europe/Zurich", "UTC": "UTC",
}  # fmt: skip
_SIGNS = "+ - * / + - * / ** ^ \u00d7 \u00f7".split()
_SPOKEN = {
    "plus": "+", "minus": "-", "times": "*", "multiplied by": "*", "divided by": "/", "x": "*",
    "to the power of": "**", "over": "/",
}  # fmt: skip
_FACT = filled(
    "my dog is called {word}", "my sister {first} lives in {city}", "my birthday is in {number} days",
    "I take my tea without milk", "I work at {word}",
    "the wifi password is {word}{number}", "I live in {city}",
    "my car is parked on level {number}", "{first} is allergic to nuts", "I prefer short answers",
    "my boss is called {first}", "our meeting room is number {number}",
    "I'm vegetarian", "my cat is {number} months old",
    "the door code is {number}{number}", "I moved to {city}",
    "my locker number is {number}", "I speak French and Polish",
    "{first} owes me {number} euros", "my favourite colour is green", "I'm learning to play the cello",
    "my shoe size is {number}", "the {thing} belongs to {first}",
    "my doctor is Dr {word}", "we moved the {thing} to {city}",
)  # fmt: skip
_ABOUT = filled(
    "my dog", "my sister", "my birthday", "the wifi password",
    "my car", "{first}", "my boss", "my favourite colour",
    "my flat in {city}", "the door code", "my locker",
    "my diet", "the {thing}", "my trip to {city}", "my cat",
    "{first}'s birthday", "my shoe size", "our holidays",
    "my doctor", "{word}", "my brother {first}", "my job",
)  # fmt: skip
_WORDS = "budget invoice notes pdf plan recipe report travel meeting letter contract 2025 survey".split()


def _schema(called: str, says: str, required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    parameters: dict[str, Any] = {"properties": properties, "type": "object"}
    if required:  # LangChain leaves an empty list out
        parameters["required"] = list(required)
    return {"type": "function", "function": {"name": called, "description": says, "parameters": parameters}}


def _text(says: str = "", **more: Any) -> dict[str, Any]:
    return ({"description": says} if says else {}) | {"type": "string"} | more


SCHEMAS: Mapping[str, dict[str, Any]] = {
    schema["function"]["name"]: schema
    for schema in (
        _schema(
            "calculate",
            "Work out an arithmetic expression, for example (3 + 4) * 2 or sqrt(2) or 15% * 80.",
            ("expression",),
            expression=_text(
                "Numbers, + - * / ** ( ), percent signs, sqrt, log, sin, cos, round, min, max, pi, e.",
                pattern=r"^(?:\d+(?:\.\d+)?|[-+*/%^(), \u00d7\u00f7\u2212]|% of|log10|floor|round|sqrt|log2"
                r"|ceil|log|exp|sin|cos|tan|abs|min|max|pi|e)+$",
            ),
        ),
        _schema(
            "convert_units",
            "Convert a quantity from one unit into another, for example miles into km.",
            ("value", "from_unit", "to_unit"),
            value={"description": "The number.", "type": "number"},
            from_unit=_text("Unit of the number, for example miles, kg, celsius."),
            to_unit=_text("Unit wanted."),
        ),
        _schema(
            "current_time",
            "Tell the current date and time, with the day of the week.",
            (),
            timezone=_text("A city, or a name such as Europe/Berlin; the local one when empty.", default=""),
        ),
        _schema(
            "add_to_date",
            "Tell the date so many days, weeks, months or years after another, or before it.",
            ("start", "amount"),
            start=_text("Date to count from, as it is written, or today."),
            amount={"description": "How many; negative counts backwards.", "type": "integer"},
            unit=_text("What is counted.", default="days", enum=["days", "weeks", "months", "years"]),
        ),
        _schema(
            "days_between",
            "Count the days from one date to another.",
            ("start", "end"),
            start=_text("First date, as it is written, or today."),
            end=_text("Second date, as it is written, or today."),
        ),
        _schema(
            "search_documents", "Find passages of the documents about something.", ("query",), query=_text()
        ),
        _schema(
            "read_document", "Read a document from a line on.", ("path",),
            path=_text(), first_line={"default": 1, "type": "integer"},
        ),
        _schema(
            "list_documents", "List the documents, or those whose path contains some words.", (),
            contains=_text(default=""),
        ),
        _schema("remember", "Remember a fact about the person for later.", ("fact",), fact=_text()),
        _schema("recall", "Recall what is remembered about something.", ("about",), about=_text()),
    )
}  # fmt: skip
"""The schemas as LangChain makes them of `agent.tools`; a test compares them."""


def ask(called: str, draw: random.Random) -> Asked:
    """Ask for a tool in drawn words.

    Args:
        called: Its name, a key of `SCHEMAS`.
        draw: Source of randomness.
    """
    return _ASKERS[called](draw)


def _say(draw: random.Random, templates: str, **values: Any) -> str:
    return draw.choice(templates.split("|")).strip().format(**values)


def _number(draw: random.Random) -> str:
    form = draw.random()
    if form < 0.7:
        return str(draw.randint(2, draw.choice((12, 99, 999))))
    return f"{draw.randint(0, 99)}.{draw.randint(1, 99)}" if form < 0.9 else f"{draw.randint(1, 99) * 1000}"


def _calculate(draw: random.Random) -> Asked:
    shown, expression = draw.choice((_formula, _formula, _formula, _percentage, _spoken, _function))(draw)
    if draw.random() < 0.12:
        return _word_problem(draw)
    message = _say(
        draw,
        "What is {it}?|What's {it}?|How much is {it}?|Calculate {it}.|Work out {it}.|{it}|{it} = ?|"
        "Compute {it}.|"
        "{it}?|What does {it} make?|What do I get for {it}?|I need the result of {it}.|Solve {it}.|"
        "Evaluate {it}.|"
        "Tell me what {it} is.|Do you know what {it} is?|How many are {it}?|Can you do {it} for me?",
        it=shown,
    )
    return message, {"expression": expression}


def _formula(draw: random.Random) -> tuple[str, str]:
    space = draw.choice((" ", " ", ""))
    parts = [_number(draw)]
    for _ in range(draw.choice((1, 1, 1, 2, 2, 3))):
        sign = draw.choice(_SIGNS)
        # A large exponent would make a number that no one asks for.
        parts += [sign, str(draw.randint(2, 3)) if sign in ("**", "^") else _number(draw)]
    if len(parts) > 3 and draw.random() < 0.5:
        parts[0], parts[2] = f"({parts[0]}", f"{parts[2]})"
    written = space.join(parts)
    return written, written


def _percentage(draw: random.Random) -> tuple[str, str]:
    part, whole = draw.choice((str(draw.randint(1, 99)), f"{draw.randint(0, 30)}.5")), _number(draw)
    written = f"{part}{draw.choice(('%', '%', ' percent'))} of {whole}"
    return written, f"{part}% of {whole}"


def _spoken(draw: random.Random) -> tuple[str, str]:
    sign = draw.choice(list(_SPOKEN))
    left = _number(draw)
    right = str(draw.randint(2, 4)) if "power" in sign else _number(draw)
    return f"{left} {sign} {right}", f"{left} {_SPOKEN[sign]} {right}"


def _function(draw: random.Random) -> tuple[str, str]:
    value = str(draw.randint(2, 2000))
    function = draw.choice(("sqrt", "sqrt", "sqrt", "log", "log10", "exp", "cos", "sin"))
    written = f"{function}({value if function in ('sqrt', 'log', 'log10') else value[:2]})"
    return draw.choice(
        (
            (f"the square root of {value}", f"sqrt({value})"),
            (f"{value[:2]} squared", f"{value[:2]} ** 2"),
            (f"half of {value}", f"{value} / 2"),
            (f"{value[:2]} cubed", f"{value[:2]} ** 3"),
            (written, written),
        )
    )


def _word_problem(draw: random.Random) -> Asked:
    many, each = draw.randint(2, 60), draw.randint(2, 250)
    sign, templates = draw.choice(
        (
            ("*", "I have {many} boxes with {each} eggs in each, how many eggs is that?|"
             "{many} tickets at {each} euros each, what do I pay?|"
             "What do {many} nights at {each} dollars cost?"),
            ("/", "Split {many} euros among {each} people.|"
             "How much does each get when {each} share {many} apples?"),
            ("+", "I paid {many} euros for lunch and {each} for dinner, how much together?|"
             "Add {many} and {each}."),
            ("-", "I had {many} euros and spent {each}, how much is left?|From {many}, take away {each}."),
        )
    )  # fmt: skip
    return _say(draw, templates, many=many, each=each), {"expression": f"{many} {sign} {each}"}


def _convert_units(draw: random.Random) -> Asked:
    from_unit, to_unit = units.two_units(draw.choice(units.families()), draw)
    shown = _number(draw)
    amount = f"{shown}{draw.choice(' ' if len(from_unit) > 2 else ('', ' '))}{from_unit}"
    message = _say(
        draw,
        "Convert {amount} to {to}.|Convert {amount} into {to}.|{amount} in {to}|{amount} to {to}|"
        "What is {amount} in {to}?|"
        "How many {to} are {amount}?|How much is {amount} in {to}?|How many {to} is {amount}?|"
        "Change {amount} into {to}.|"
        "I have {amount}, what is that in {to}?|Tell me how many {to} there are in {amount}.|"
        "Express {amount} in {to}.|"
        "{amount} = ? {to}|What's {amount} expressed in {to}?|My scale shows {amount}, but I need {to}.",
        amount=amount, to=to_unit,
    )  # fmt: skip
    value = float(shown) if "." in shown else int(shown)
    return message, {"value": value, "from_unit": from_unit, "to_unit": to_unit}


def _current_time(draw: random.Random) -> Asked:
    if draw.random() < 0.45:
        return _say(
            draw,
            "What day is it?|What time is it?|What's the date today?|Which day of the week is it?|"
            "What's the time?|"
            "Tell me the time.|Today's date?|Is it already Friday?|What's today's date?|How late is it?|"
            "Time please|"
            "Which year is it?|Is today a Monday?|Tell me what day it is.|Do you have the time?|"
            "What is the date?|"
            "Current time|Which month is it now?|What weekday is today?|Is it morning or evening now?",
        ), {}
    place = draw.choice(list(ZONES))
    where = draw.choice((place, place, ZONES[place]))
    message = _say(
        draw,
        "What time is it in {it}?|Time in {it}|What's the time in {it}?|Tell me the time in {it}.|"
        "What day is it in {it}?|"
        "How late is it in {it} now?|Current time in {it}|Is it night in {it}?|"
        "What's the local time in {it}?|"
        "I want to call someone in {it}, what time is it there?|Which date is it in {it} right now?",
        it=where,
    )
    return message, {"timezone": where}


def _typed_date(draw: random.Random) -> str:
    return typed_date(date.fromisoformat(iso_date(draw)), draw)


def _add_to_date(draw: random.Random) -> Asked:
    amount = draw.randint(1, draw.choice((6, 30, 200)))
    unit = draw.choice(("days", "days", "weeks", "months", "years"))
    span = f"{amount} {unit if amount > 1 else unit[:-1]}"
    forward = draw.random() < 0.7
    arguments = {"amount": amount if forward else -amount, "unit": unit}
    if draw.random() < 0.35:
        templates = (
            "What date is it in {span}?|Which day is {span} from now?|What's the date in {span}?|"
            "Date in {span}|"
            "What day will it be {span} from today?|Add {span} to today.|Today plus {span}?"
            if forward
            else "What date was it {span} ago?|Which day was {span} ago?|"
            "Date {span} ago|What was the date {span} before today?|"
            "Subtract {span} from today.|Today minus {span}?"
        )
        return _say(draw, templates, span=span), {"start": "today"} | arguments
    start = _typed_date(draw)
    templates = (
        "Which date is {span} after {start}?|Add {span} to {start}.|What's {span} after {start}?|"
        "{start} plus {span}|"
        "What day comes {span} after {start}?|"
        "My contract starts on {start} and lasts {span}, when does it end?|"
        "When are {span} over if I count from {start}?|{span} from {start}"
        if forward
        else "Which date is {span} before {start}?|Subtract {span} from {start}.|"
        "What was {span} before {start}?|"
        "{start} minus {span}|The exam is on {start}, which date is {span} earlier?|"
        "Go back {span} from {start}."
    )
    return _say(draw, templates, span=span, start=start), {"start": start} | arguments


def _days_between(draw: random.Random) -> Asked:
    first, last = _typed_date(draw), _typed_date(draw)
    form = draw.random()
    if form < 0.25:
        templates = (
            "How many days until {last}?|How long is it till {last}?|"
            "Days left until {last}|Count the days to {last}."
        )
        return _say(draw, templates, last=last), {"start": "today", "end": last}
    if form < 0.45:
        templates = (
            "How many days since {first}?|"
            "How many days have passed since {first}?|I was born on {first}, how many days ago is that?"
        )
        return _say(draw, templates, first=first), {"start": first, "end": "today"}
    message = _say(
        draw,
        "How many days from {first} to {last}?|How many days are between {first} and {last}?|"
        "Days between {first} and {last}|"
        "Count the days from {first} to {last}.|How long is it from {first} until {last} in days?|"
        "{first} to {last}, how many days?|"
        "We leave on {first} and come back on {last}, how many days is that?|"
        "Number of days from {first} to {last}",
        first=first, last=last,
    )  # fmt: skip
    return message, {"start": first, "end": last}


def _search_documents(draw: random.Random) -> Asked:
    query = topic(draw)
    message = _say(
        draw,
        "Search the documents for {it}.|Search my documents for {it}.|"
        "What do the documents say about {it}?|"
        "Look up {it} in my files.|Where do my documents mention {it}?|"
        "Is there anything about {it} in the documents?|"
        "Find passages about {it}.|Find {it} in the documents.|Which document talks about {it}?|"
        "Look for {it} in the handbook.|"
        "Do the docs mention {it}?|Search for {it}.|What is written about {it}?|"
        "Check the documents for {it}.",
        it=query,
    )
    return message, {"query": query}


def _read_document(draw: random.Random) -> Asked:
    file = path(draw)
    if draw.random() < 0.45:
        line = draw.randint(2, draw.choice((60, 900)))
        message = _say(
            draw,
            "Open {it} from line {line}.|Read {it} from line {line} on.|"
            "Show me {it} starting at line {line}.|"
            "Continue {it} at line {line}.|What is in {it} from line {line}?|"
            "Show line {line} of {it} and what follows.|"
            "{it} from line {line}|Go on reading {it} at line {line}.",
            it=file, line=line,
        )  # fmt: skip
        return message, {"path": file, "first_line": line}
    message = _say(
        draw,
        "Open {it}.|Read {it}.|Show me {it}.|What's in {it}?|Show the contents of {it}.|Print {it}.|"
        "Read me {it}.|"
        "What does {it} say?|Let me see {it}.|Display the file {it}.|I want to read {it}.|"
        "How does {it} begin?",
        it=file,
    )
    return message, {"path": file}


def _list_documents(draw: random.Random) -> Asked:
    if draw.random() < 0.4:
        return _say(
            draw,
            "Which files do you have?|List all documents.|What documents are there?|Show me all files.|"
            "List the files.|"
            "Which documents can you read?|What's in the folder?|What files do you know?|"
            "Give me a list of the documents.|"
            "What can you search through?|Show the list of documents.|Do you have any documents?|"
            "All files please",
        ), {}
    word = draw.choice((draw.choice(_WORDS), names.word(draw).lower(), city(draw).lower()))
    message = _say(
        draw,
        "List the files with {it} in their name.|Which files contain {it} in the path?|"
        "Show all {it} files.|"
        "List documents whose name contains {it}.|Are there any {it} files?|"
        "Which {it} documents do you have?|"
        "List everything named {it}.|Do you have files called something with {it}?|Files matching {it}",
        it=word,
    )
    return message, {"contains": word}


def _remember(draw: random.Random) -> Asked:
    fact = _FACT(draw)
    message = _say(
        draw,
        "Remember that {it}.|Please remember: {it}|Note that {it}.|Keep in mind that {it}.|"
        "Don't forget that {it}.|"
        "Remember this: {it}.|For later: {it}|Save for later that {it}.|"
        "You should know that {it}, remember it.|"
        "Make a note: {it}.|Memorize that {it}.|Just so you know for next time, {it}.|"
        "Can you remember that {it}?|"
        "{it}, please remember that",
        it=fact,
    )
    return message, {"fact": fact}


def _recall(draw: random.Random) -> Asked:
    about = draw.choice((_ABOUT(draw), _ABOUT(draw), f"{draw.choice(FIRST_NAMES)}"))
    message = _say(
        draw,
        "What do you remember about {it}?|What do you know about {it}?|Do you remember {it}?|"
        "What did I tell you about {it}?|"
        "Recall what I said about {it}.|Have I told you about {it}?|What was it again with {it}?|"
        "Remind me what I said about {it}.|"
        "Do you still know something about {it}?|Tell me what you remember of {it}.|"
        "What have you noted about {it}?",
        it=about,
    )
    return message, {"about": about}


_ASKERS: dict[str, Callable[[random.Random], Asked]] = {
    "calculate": _calculate, "convert_units": _convert_units, "current_time": _current_time,
    "add_to_date": _add_to_date, "days_between": _days_between, "search_documents": _search_documents,
    "read_document": _read_document, "list_documents": _list_documents, "remember": _remember,
    "recall": _recall,
}  # fmt: skip
