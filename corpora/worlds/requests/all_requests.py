"""Requests for tools, without end: a message, the tools on offer, and the call that it asks for, or none."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpora.wells import Row
from corpora.worlds import names
from corpora.worlds.requests import everyday_requests, office_requests, own_requests
from corpora.worlds.requests.request_parts import FIRST_NAMES, Kind, Parameter, city, topic

WELL = "synthetic-requests"
KINDS: tuple[Kind, ...] = everyday_requests.KINDS + office_requests.KINDS

_OWN = 0.45
_NONE = 0.2
_TOOL_LEFT_OUT = 0.55
"""Share of the requests without a fitting tool that ask for one which is not on offer."""
_SLOT = re.compile(r"\{(\w+)\}")
_MAYBE = re.compile(r"\[([^\]]*)\]")
_SPEAKERS = {"I", "I'm", "I'd", "I'll", "My", "We", "It's", "There's", "Some", "How", "What", "Which", "You"}
"""First words of statements and questions; another sentence with a full stop is a command."""
_QUESTIONS = set("How What What's Where When Which Who Is Are Do Does Did Has Can Will We My It's".split())
_GREETINGS = "Hi, |Hello, |Hey, |Hi there, |Good morning, |Excuse me, |Hello! |Hi! ".split("|")
_PLEAS = (
    "Could you please |Can you |Could you |Please |Would you |Can you please |I'd like you to |"
    "I need you to |"
    "Hi, can you |Hello, please |Hey, could you |I want you to |Kindly "
).split("|")
_BEFORE = (
    "I'm in a hurry.|I have a question.|It's a busy day.|I'm sitting on the train.|"
    "{first} asked me about this.|"
    "I'm getting ready for a trip to {city}.|We talked about the {thing} this morning.|"
    "I hope you are well.|"
    "I've just come home.|One more thing.|Thanks for the last answer.|"
    "{first} and I are planning something.|"
    "I'm working on the {thing}.|I forgot to ask.|My phone is broken.|Okay, next one."
).split("|")
_AFTER = (
    "Thanks!|Thank you.|Thanks in advance.|{first} wants to know.|It's for the {thing}.|"
    "That would help me a lot.|"
    "I'm curious.|Take your time.|It's important.|{first} is waiting for it.|That's all for now.|"
    "I have no idea myself."
).split("|")
_SMALL_TALK = (
    "Hello!|Hi, how are you?|Good morning!|Thanks, that was helpful.|Who are you?|What can you do?|"
    "Tell me a joke.|"
    "You are funny.|Good night.|See you later, bye!|How was your day?|Are you a human?|What's your name?|"
    "I love music.|The weather was lovely in {city}.|Nice to meet you, I am {first}.|I'm tired today.|"
    "That's wrong, but never mind.|Great, thank you {first}!|I am bored.|Never mind.|Do you like {city}?|"
    "My holiday in {city} was wonderful.|Ok, got it.|Let's talk about something else.|How old are you?|"
    "I had a long phone call with {first}.|Do you sleep?|I can't decide what to do with my life.|"
    "Well done!|"
    "The {thing} is finally over.|You helped me a lot with the {thing}.|Congratulations!|I miss {first}.|"
    "What is your favourite book?|Do you dream?|{first} says hello.|I'm so happy about the {thing}!|Cheers"
).split("|")
_OTHER_QUESTIONS = (
    "Who wrote Hamlet?|Why is the sky blue?|What is the capital of Australia?|Who painted the Mona Lisa?|"
    "How do bees make honey?|Why do cats purr?|Write a poem about {first}.|What is photosynthesis?|"
    "Is {city} older than {other}?|Write a short story about {city}.|Who was the first person on the moon?|"
    "How does a refrigerator work?|What should I wear to a wedding?|Explain gravity to a child.|"
    "Which is nicer, {city} or {other}?|How do I learn to juggle?|Why did the Roman empire fall?|"
    "What is the difference between a virus and a bacterium?|Give me a name for my new boat.|"
    "How tall can trees grow?|"
    "Who invented the telephone?|What do people in {city} like to eat?|"
    "Should I buy the {thing} or rent it?|"
    "How do I tell {first} that I am moving out?|Is it rude to be late for the {thing}?|"
    "What makes a good leader?|"
    "Give me some advice on the {thing}.|Correct this sentence: him are at home.|"
    "How many legs does a spider have?|"
    "Write a slogan for {word}.|What rhymes with orange?|Who is {first} {word}?|Why are flamingos pink?|"
    "Should I trust {first} with the {thing}?|How do I fold a paper plane?|Compare {word} with {word2}."
).split("|")
_EXTRAS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("verbose", {"type": "boolean"}), ("page", {"type": "integer"}), ("dry_run", {"type": "boolean"}),
    ("user_id", {"type": "string"}), ("timeout_seconds", {"type": "number"}), ("locale", {"type": "string"}),
    ("sort_by", {"type": "string"}), ("include_details", {"type": "boolean"}),
    ("request_tag", {"type": "string"}),
    ("output", {"type": "string", "enum": ["short", "long"]}),
    ("fields", {"type": "array", "items": {"type": "string"}}),
)  # fmt: skip
"""Optional parameters that no one asks for: they have to be left out."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A message, the tool that it is for, and what it says of the arguments."""

    message: str
    schema: dict[str, Any]
    arguments: dict[str, Any]
    rivals: str


def requests(count: int, seed: int) -> Iterator[Row]:
    """Yield a number of requests, the same for the same seed.

    Args:
        count: How many.
        seed: Seed of the random numbers.

    Yields:
        Rows with `source`, `tools` (one to four OpenAI-style schemas), `messages` (one user message) and
        `expected`: the `name` and `arguments` of the call in a list, which is empty when no tool fits.
    """
    draw = random.Random(seed)
    for _ in range(count):
        yield _request(draw)


def _request(draw: random.Random) -> Row:
    own = draw.random() < _OWN
    fits = draw.random() >= _NONE
    if not fits and draw.random() >= _TOOL_LEFT_OUT:
        return _without_tool(draw, own)
    called = draw.choice(list(own_requests.SCHEMAS)) if own else ""
    kind = None if own else draw.choice(KINDS)
    asked = _ask_invented(kind, draw) if kind else _ask_own(called, draw)
    most = draw.choice((0, 1, 2, 3, 3)) if fits else draw.choice((1, 1, 2, 3, 4))
    others = _others(asked, kind, most, draw)
    message, arguments = _typed(asked, draw)
    expected = {"name": asked.schema["function"]["name"], "arguments": arguments} if fits else None
    return _row([asked.schema, *others] if fits else others, message, expected, draw)


def _row(tools: Sequence[Row], message: str, expected: Row | None, draw: random.Random) -> Row:
    return {
        "source": WELL,
        "tools": draw.sample(tools, len(tools)),
        "messages": [{"role": "user", "content": message}],
        "expected": [expected] if expected else [],
    }


def _without_tool(draw: random.Random, own: bool) -> Row:
    """Small talk, or a question that no tool answers."""
    templates, unfit = draw.choice(((_SMALL_TALK, {"remember"}), (_OTHER_QUESTIONS, {"lookup", "knowledge"})))
    message = _fill(draw.choice(templates), draw)
    size = draw.choice((1, 2, 3, 4))
    pool = [(name, own_requests.RIVALS.get(name, "")) for name in own_requests.SCHEMAS]
    if own:
        fitting = [own_requests.SCHEMAS[name] for name, rivals in pool if rivals not in unfit]
        tools = draw.sample(fitting, size)
    else:
        kinds = draw.sample([kind for kind in KINDS if kind.rivals not in unfit], size)
        tools = _distinct([_invent(kind, (), draw)[0] for kind in kinds])
    if draw.random() < 0.3:
        message = _lowered(message)
    return _row(tools, message, None, draw)


def _others(asked: _Asked, kind: Kind | None, most: int, draw: random.Random) -> list[Row]:
    """Draw tools that cannot do what is asked, half of the time of the same domain."""
    names_of_own = [
        name
        for name in own_requests.SCHEMAS
        if name != asked.schema["function"]["name"]
        and not (asked.rivals and own_requests.RIVALS.get(name) == asked.rivals)
    ]
    kinds = [
        other for other in KINDS if other is not kind and not (asked.rivals and other.rivals == asked.rivals)
    ]
    siblings: list[str | Kind] = list(names_of_own)
    if kind:
        siblings = [other for other in kinds if other.domain == kind.domain]
    everyone: list[str | Kind] = [*kinds, *names_of_own]
    chosen: list[str | Kind] = []
    hard = draw.random() < 0.5
    while len(chosen) < most:
        free = [other for other in siblings if other not in chosen]
        # Our own tools are offered side by side in the agent, so they often are here.
        near = hard and bool(free) and (kind is None or not chosen or draw.random() < 0.5)
        chosen.append(draw.choice(free if near else [other for other in everyone if other not in chosen]))
    tools = [
        own_requests.SCHEMAS[other] if isinstance(other, str) else _invent(other, (), draw)[0]
        for other in chosen
    ]
    return _distinct(tools, asked.schema["function"]["name"])


def _distinct(tools: Sequence[Row], taken: str = "") -> list[Row]:
    """Drop tools whose name another tool has."""
    kept = {tool["function"]["name"]: tool for tool in tools}
    return [tool for name, tool in kept.items() if name != taken]


def _ask_own(called: str, draw: random.Random) -> _Asked:
    message, arguments = own_requests.ask(called, draw)
    return _Asked(message, own_requests.SCHEMAS[called], arguments, own_requests.RIVALS.get(called, ""))


def _ask_invented(kind: Kind, draw: random.Random) -> _Asked:
    template = _MAYBE.sub(lambda part: part[1] if draw.random() < 0.5 else "", draw.choice(kind.asked))
    values: dict[str, Any] = {}
    typed: dict[str, str] = {}
    for parameter in kind.parameters:
        key = parameter.names[0]
        if f"{{{key}}}" in template:
            typed[key], values[key] = parameter.slot(draw)
    schema, called = _invent(kind, tuple(values), draw)
    message = _SLOT.sub(lambda slot: typed[slot[1]], template)
    return _Asked(message, schema, {called[key]: value for key, value in values.items()}, kind.rivals)


def _invent(kind: Kind, given: tuple[str, ...], draw: random.Random) -> tuple[Row, dict[str, str]]:
    """Make a schema of a kind, and tell how it calls the kind's parameters."""
    style = draw.choice(("snake", "snake", "snake", "camel", "dotted"))
    properties: dict[str, Any] = {}
    called: dict[str, str] = {}
    required: list[str] = []
    for parameter in kind.parameters:
        key = parameter.names[0]
        if parameter.optional and key not in given and draw.random() < 0.3:
            continue
        called[key] = name = _styled(draw.choice(parameter.names), "camel" if style == "camel" else "snake")
        properties[name] = _property(parameter, draw)
        if not parameter.optional or (key in given and draw.random() < 0.2):
            required.append(name)
    if draw.random() < 0.25:
        name, extra = draw.choice(_EXTRAS)
        properties.setdefault(
            _styled(name.replace("_", " "), "camel" if style == "camel" else "snake"), extra
        )
    name = _styled(draw.choice(kind.names), style)
    if style == "dotted":
        name = f"{kind.domain}.{name}"
    parameters = {"type": "object", "properties": properties, "required": required}
    function = {"name": name, "description": draw.choice(kind.descriptions), "parameters": parameters}
    return {"type": "function", "function": function}, called


def _property(parameter: Parameter, draw: random.Random) -> dict[str, Any]:
    schema = dict(parameter.schema)
    if "enum" in schema:
        schema["enum"] = draw.sample(schema["enum"], len(schema["enum"]))
    if draw.random() < 0.5:
        says = draw.choice(parameter.names)
        schema["description"] = draw.choice(
            (f"The {says}.", says.capitalize(), f"{says.capitalize()} to use")
        )
    return schema


def _styled(words: str, style: str) -> str:
    first, *rest = words.lower().split()
    if style == "camel":
        return first + "".join(word.capitalize() for word in rest)
    return "_".join([first, *rest])


def _typed(asked: _Asked, draw: random.Random) -> tuple[str, dict[str, Any]]:
    """Say it as people do: politely, with a sentence around it, or in small letters without a full stop."""
    message = asked.message
    if not _starts_with_argument(asked) and draw.random() < 0.9:
        message = message[0].upper() + message[1:]
    if draw.random() < 0.4:
        message = _polite(message, draw, keeps_capital=_starts_with_argument(asked))
    elif draw.random() < 0.2:
        message = f"{_fill(draw.choice(_BEFORE), draw)} {message}"
    if draw.random() < 0.13:
        stop = "" if message[-1] in ".?!" else "."
        message = f"{message}{stop} {_fill(draw.choice(_AFTER), draw)}"
    form = draw.random()
    if form < 0.15:
        message = message.rstrip(".?!")
    elif form < 0.33:
        lowered = _lowered(message)
        return lowered, _lowered_arguments(asked, lowered)
    return message, asked.arguments


def _starts_with_argument(asked: _Asked) -> bool:
    """Whether the message begins with a text that is copied, which a capital would change."""
    properties = asked.schema["function"]["parameters"]["properties"]
    free = [value for key, value in asked.arguments.items() if "enum" not in properties[key]]
    return any(
        asked.message.startswith(text)
        for value in free
        for text in (value if isinstance(value, list) else [str(value)])
    )


def _polite(message: str, draw: random.Random, *, keeps_capital: bool) -> str:
    first = re.split(r"[ ,:]", message)[0]
    if message.endswith(".") and first not in _SPEAKERS and first.isalpha() and first[0].isupper():
        plea = draw.choice(_PLEAS)
        end = "?" if re.search("can|could|would", plea.lower()) else "."
        return plea + (message[0] if keeps_capital else message[0].lower()) + message[1:-1] + end
    if draw.random() < 0.4 and message[-1] in ".?":
        return f"{message[:-1]}, please{message[-1]}"
    greeting = draw.choice(_GREETINGS)
    goes_on = greeting.endswith(", ") and first in _QUESTIONS
    return greeting + (message[0].lower() + message[1:] if goes_on else message)


def _lowered(message: str) -> str:
    return message.lower().rstrip(".?!")


def _lowered_arguments(asked: _Asked, lowered: str) -> dict[str, Any]:
    """Write in small letters what was copied from the message, but no value that the schema spells out."""
    properties = asked.schema["function"]["parameters"]["properties"]

    def lower(value: Any) -> Any:
        if isinstance(value, list):
            return [lower(item) for item in value]
        copied = isinstance(value, str) and value.lower() in lowered
        return value.lower() if copied else value

    return {
        # The names of time zones are written with capitals, or they are not found.
        key: value if "enum" in properties[key] or key == "timezone" else lower(value)
        for key, value in asked.arguments.items()
    }


def _fill(template: str, draw: random.Random) -> str:
    return template.format(
        first=draw.choice(FIRST_NAMES), city=city(draw), other=city(draw), thing=topic(draw),
        word=names.word(draw), word2=names.word(draw),
    )  # fmt: skip
