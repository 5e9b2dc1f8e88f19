"""What can be said of the things of a synthetic world, and how it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from corpora.worlds import names
from corpora.worlds.names import Draw


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something that a thing has.

    `{thing}` and `{value}` stand for the names; every statement is a whole sentence.
    """

    draw: Draw
    statements: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: how its names are drawn, its attributes, and what is said of it besides."""

    draw: Draw
    attributes: tuple[Attribute, ...]
    remarks: tuple[str, ...]


COMPANY = Kind(
    names.company,
    (
        Attribute(
            names.person,
            (
                "{thing} was founded by {value}.",
                "The founder of {thing} is {value}, who ran it alone at first.",
                "{value} started {thing} in a rented garage.",
            ),
            ("Who founded {thing}?", "Who is the founder of {thing}?", "Who started {thing}?"),
        ),
        Attribute(
            names.year,
            (
                "{thing} was founded in {value}.",
                "The company {thing} has existed since {value}.",
                "In {value}, {thing} opened its doors.",
            ),
            (
                "When was {thing} founded?",
                "In which year was {thing} established?",
                "Since when has {thing} existed?",
            ),
        ),
        Attribute(
            names.place,
            (
                "{thing} has its headquarters in {value}.",
                "The head office of {thing} stands in {value}.",
                "{thing} is based in {value}, near the harbour.",
            ),
            (
                "Where is {thing} based?",
                "Where are the headquarters of {thing}?",
                "In which town is the head office of {thing}?",
            ),
        ),
        Attribute(
            names.number(12, 90_000),
            (
                "{thing} employs {value} people.",
                "About {value} people work for {thing}.",
                "The staff of {thing} has grown to {value}.",
            ),
            (
                "How many people work for {thing}?",
                "How many employees does {thing} have?",
                "How large is the staff of {thing}?",
            ),
        ),
        Attribute(
            names.one_of("pumps", "bicycle lamps", "tax software", "tea", "roof tiles", "drones"),
            (
                "{thing} sells {value}.",
                "The main product of {thing} is {value}.",
                "{thing} is best known for its {value}.",
            ),
            ("What does {thing} sell?", "What is {thing} known for?", "What does {thing} make?"),
        ),
    ),
    (
        "{thing} has changed its logo twice.",
        "Visitors of {thing} are asked to register at the desk.",
        "Few of its rivals are as old as {thing}.",
    ),
)

DEVICE = Kind(
    names.product,
    (
        Attribute(
            names.number(40, 4000, "grams"),
            (
                "The {thing} weighs {value}.",
                "At {value}, the {thing} is light for its class.",
                "The weight of the {thing} is {value} without its case.",
            ),
            ("How heavy is the {thing}?", "How much does the {thing} weigh?"),
        ),
        Attribute(
            names.number(2, 72, "hours"),
            (
                "The battery of the {thing} lasts {value}.",
                "The {thing} runs for {value} on one charge.",
                "A full charge keeps the {thing} going for {value}.",
            ),
            (
                "How long does the battery of the {thing} last?",
                "How long does the {thing} run on one charge?",
            ),
        ),
        Attribute(
            names.number(19, 2500, "euros"),
            (
                "The {thing} costs {value}.",
                "The price of the {thing} is {value}.",
                "Shops sell the {thing} for {value}.",
            ),
            ("How much does the {thing} cost?", "What is the price of the {thing}?"),
        ),
        Attribute(
            names.number(6, 60, "months"),
            (
                "The {thing} comes with a warranty of {value}.",
                "The maker guarantees the {thing} for {value}.",
            ),
            ("How long is the warranty of the {thing}?", "What warranty does the {thing} have?"),
        ),
        Attribute(
            names.one_of("hold the red button", "unscrew the lid", "press both keys", "run the test"),
            (
                "To reset the {thing}, {value} for ten seconds.",
                "If the {thing} does not respond, {value} and wait.",
            ),
            ("How do I reset the {thing}?", "What should I do if the {thing} does not respond?"),
        ),
    ),
    (
        "The {thing} is sold in grey and in green.",
        "Keep the {thing} away from water.",
        "The box of the {thing} can be recycled.",
    ),
)

SETTING = Kind(
    names.setting,
    (
        Attribute(
            names.number(1, 60_000),
            (
                "The default value of `{thing}` is {value}.",
                "By default, `{thing}` is set to {value}.",
                "If `{thing}` is not given, it defaults to {value}.",
            ),
            (
                "What is the default of {thing}?",
                "What value does {thing} have by default?",
                "What does `{thing}` default to?",
            ),
        ),
        Attribute(
            names.one_of("seconds", "milliseconds", "bytes", "megabytes", "tokens", "rows", "pages"),
            (
                "The unit of `{thing}` is {value}.",
                "`{thing}` is measured in {value}.",
                "Values of `{thing}` are given in {value}.",
            ),
            ("What is the unit of {thing}?", "In which unit is {thing} given?"),
        ),
        Attribute(
            names.number(100, 1_000_000),
            (
                "`{thing}` may not exceed {value}.",
                "The largest allowed value of `{thing}` is {value}.",
            ),
            ("What is the maximum of {thing}?", "How large may {thing} be?"),
        ),
        Attribute(
            names.one_of("runs out of memory", "blocks", "drops requests", "writes every line twice"),
            (
                "If `{thing}` is too large, the server {value}.",
                "A high `{thing}` means that the program {value}.",
            ),
            ("What happens if {thing} is too large?", "What is the effect of a high {thing}?"),
        ),
        Attribute(
            names.decimal(2),
            (
                "A good starting point for `{thing}` is {value}.",
                "We recommend a `{thing}` of {value} for small data sets.",
            ),
            ("What {thing} is recommended?", "What is a good starting point for {thing}?"),
        ),
    ),
    (
        "Changing `{thing}` needs a restart.",
        "Older versions ignore `{thing}`.",
        "Most users never touch `{thing}`.",
    ),
)

PERSON = Kind(
    names.person,
    (
        Attribute(
            names.date,
            ("{thing} was born on {value}.", "Born on {value}, {thing} grew up by the sea."),
            ("When was {thing} born?", "What is the birthday of {thing}?"),
        ),
        Attribute(
            names.place,
            (
                "{thing} was born in {value}.",
                "The birthplace of {thing} is {value}.",
                "{value} is where {thing} was born.",
            ),
            ("Where was {thing} born?", "What is the birthplace of {thing}?"),
        ),
        Attribute(
            names.one_of("a chemist", "a painter", "a pilot", "an engineer", "a judge", "a violinist"),
            ("{thing} is {value}.", "{thing} works as {value}.", "{thing} trained as {value}."),
            ("What is the profession of {thing}?", "What does {thing} do for a living?"),
        ),
        Attribute(
            names.year,
            (
                "{thing} won the Halden Prize in {value}.",
                "In {value}, the Halden Prize went to {thing}.",
            ),
            ("When did {thing} win the Halden Prize?", "In which year did {thing} win a prize?"),
        ),
        Attribute(
            names.one_of("bees", "old maps", "bridges", "sea weather", "moths", "grain prices"),
            (
                "{thing} wrote three books about {value}.",
                "The best known book of {thing} is about {value}.",
            ),
            ("What did {thing} write about?", "What is the best known book of {thing} about?"),
        ),
    ),
    (
        "{thing} rarely gives interviews.",
        "Friends describe {thing} as patient.",
        "{thing} has two sisters.",
    ),
)

POLICY = Kind(
    names.company,
    (
        Attribute(
            names.number(18, 40, "days"),
            (
                "Employees of {thing} get {value} of paid leave a year.",
                "At {thing}, paid leave is {value} a year.",
            ),
            (
                "How many days of leave do employees of {thing} get?",
                "How much paid leave is there at {thing}?",
            ),
        ),
        Attribute(
            names.number(2, 30, "days"),
            (
                "Invoices to {thing} must be paid within {value}.",
                "{thing} expects payment within {value}.",
            ),
            ("How soon must invoices of {thing} be paid?", "What is the payment term of {thing}?"),
        ),
        Attribute(
            names.one_of("the works council", "the data officer", "the head of finance", "the board"),
            (
                "Travel at {thing} has to be approved by {value}.",
                "At {thing}, {value} approves all travel.",
            ),
            ("Who approves travel at {thing}?", "Who has to agree to travel at {thing}?"),
        ),
        Attribute(
            names.one_of("on Mondays", "on Fridays", "in August", "on public holidays", "at night"),
            ("The office of {thing} is closed {value}.", "Nobody works at {thing} {value}."),
            ("When is the office of {thing} closed?", "When does nobody work at {thing}?"),
        ),
    ),
    (
        "{thing} reviews its rules every spring.",
        "The rules of {thing} hang in the hall.",
        "New staff of {thing} get a tour.",
    ),
)

TOWN = Kind(
    names.place,
    (
        Attribute(
            names.number(900, 400_000),
            (
                "{thing} has {value} inhabitants.",
                "In {thing} live {value} people.",
                "The population of {thing} is {value}.",
            ),
            (
                "How many inhabitants does {thing} have?",
                "How many people live in {thing}?",
                "What is the population of {thing}?",
            ),
        ),
        Attribute(
            names.person,
            (
                "The mayor of {thing} is {value}.",
                "{value} was elected mayor of {thing}.",
                "{thing} is governed by {value}.",
            ),
            ("Who is the mayor of {thing}?", "Who governs {thing}?", "By whom is {thing} run?"),
        ),
        Attribute(
            names.word,
            (
                "{thing} lies on the {value}, a slow river.",
                "The {value} flows through {thing}.",
                "The river of {thing} is called the {value}.",
            ),
            ("Which river flows through {thing}?", "On which river does {thing} lie?"),
        ),
    ),
    (
        "{thing} is lively on market days.",
        "The streets of {thing} are narrow.",
        "Trains stop in {thing} twice an hour.",
    ),
)

KINDS = (COMPANY, DEVICE, SETTING, PERSON, POLICY)
"""What stories are about; towns are where the others lead to."""
