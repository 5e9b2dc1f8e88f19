"""A pattern of technical statements: its slots are filled with drawn words, its questions asked."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from corpora.worlds import names
from corpora.worlds.documentation import figures, technical_names, technical_words
from corpora.worlds.documentation.technical_words import LEARNING, Domain

Slots = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A statement in several wordings, and what can be asked of it.

    A slot such as `{size2}` is named after what is drawn for it; a digit tells two apart. Every wording
    holds all the answers.
    """

    family: str
    statements: tuple[str, ...]
    questions: Mapping[str, tuple[str, ...]]
    """Questions by the answer that they have, both with slots."""


def _thing(draw: random.Random, domain: Domain) -> str:
    own = technical_names
    learned = (own.model, own.method, own.method, own.optimiser, own.component)
    built = (own.tool, own.tool, own.abbreviation, own.device, own.component)
    return draw.choice(learned if domain is LEARNING else built)(draw)


_NAMES: dict[str, Callable[[random.Random], str]] = {
    "abbreviated": technical_names.abbreviated_method,
    "attribute": names.one_of(*technical_words.ATTRIBUTES),
    "collection": technical_names.collection,
    "extent": figures.extent,
    "number": figures.number,
    "surname": technical_names.word,
    "title": technical_names.title,
    "decimal": figures.decimal,
    "class": technical_names.class_name,
    "command": technical_names.command,
    "cost": names.one_of(*technical_words.COSTS),
    "count": figures.count,
    "device": technical_names.device,
    "did": names.one_of(*technical_words.DEEDS),
    "error": technical_names.error,
    "factor": figures.factor,
    "file": technical_names.file,
    "flag": technical_names.flag,
    "formula": figures.formula,
    "format": technical_names.abbreviation,
    "function": technical_names.function,
    "key": technical_names.key,
    "method": technical_names.method,
    "metric": technical_names.metric,
    "model": technical_names.model,
    "optimiser": technical_names.optimiser,
    "lateryear": figures.later_year,
    "organisation": technical_names.organisation,
    "path": technical_names.path,
    "percentage": figures.percentage,
    "period": figures.period,
    "person": technical_names.person,
    "port": lambda draw: str(draw.randint(80, 65_535)),
    "price": figures.price,
    "range": figures.span,
    "rate": figures.rate,
    "result": names.one_of(*technical_words.RESULTS),
    "setting": figures.setting,
    "size": figures.size,
    "small": figures.small,
    "time": figures.duration,
    "tool": technical_names.tool,
    "version": technical_names.version,
    "year": figures.year,
    "type": names.one_of(*technical_words.TYPES),
    "unit": names.one_of(*technical_words.UNITS),
    "part": names.one_of(*technical_words.PARTS),
    "encoding": names.one_of(*technical_words.COLUMNS),
    "platform": names.one_of(*technical_words.PLATFORMS),
    "language": names.one_of(*technical_words.LANGUAGES),
    "mode": names.one_of(*technical_words.MODES),
}
_WORDS: dict[str, Callable[[random.Random, Domain], str]] = {
    "thing": _thing,
    "do": lambda draw, domain: technical_words.action(draw, domain, "base"),
    "does": lambda draw, domain: technical_words.action(draw, domain, "third"),
    "doing": lambda draw, domain: technical_words.action(draw, domain, "gerund"),
    "clause": technical_words.clause,
    "definition": technical_words.definition,
    "trouble": lambda draw, domain: draw.choice(domain.troubles),
    "gain": lambda draw, domain: draw.choice(domain.gains),
    "condition": lambda draw, domain: draw.choice(domain.conditions),
    "use": lambda draw, domain: draw.choice(domain.uses),
    "plural": lambda draw, domain: draw.choice(domain.plurals),
}

_INFLECTED = {"does": "do", "doing": "do", "definition": "do"}
"""Kinds that answer the same question: what a thing is tells what it does, too."""

SUBJECTS = ("thing", "model", "method", "optimiser", "tool", "key", "function", "class", "flag", "command")
"""Kinds of slots whose thing other sentences of a passage may be about."""


@lru_cache(maxsize=4096)
def slot_names(text: str) -> tuple[str, ...]:
    """Return the slots of a text, in order."""
    return tuple(name for _, name, _, _ in string.Formatter().parse(text) if name)


def kind_of(slot: str) -> str:
    """Return what is drawn for a slot."""
    return slot.rstrip("0123456789")


def told_kinds(pattern: Pattern) -> set[str]:
    """Return the kinds of what the statements of a pattern tell, however it is inflected."""
    return {_INFLECTED.get(kind_of(slot), kind_of(slot)) for slot in slot_names(pattern.statements[0])}


def answer_kinds(pattern: Pattern) -> set[str]:
    """Return the kinds of what can be asked of a pattern."""
    return {
        _INFLECTED.get(kind_of(slot), kind_of(slot))
        for text in pattern.questions
        for slot in slot_names(text)
    }


def fill(pattern: Pattern, bound: Slots, draw: random.Random, domain: Domain) -> dict[str, str]:
    """Draw a value for every slot of a pattern that is not bound; no value is part of another."""
    filled = dict(bound)
    for slot in {name: None for text in pattern.statements for name in slot_names(text)}:
        while slot not in filled:
            value = draw_slot(slot, draw, domain)
            if not any(value in other or other in value for other in filled.values()):
                filled[slot] = value
    return filled


def draw_slot(slot: str, draw: random.Random, domain: Domain) -> str:
    """Draw a value for a slot."""
    kind = kind_of(slot)
    return _NAMES[kind](draw) if kind in _NAMES else _WORDS[kind](draw, domain)
