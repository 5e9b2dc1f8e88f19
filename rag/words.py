"""The words of a text, and those of a question that say what it is about."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")
_COMMON = """
    a about above after again all am an and any are as at be because been before being below between both
    but by can could did do does doing down during each few for from further had has have having he her here
    hers him his how i if in into is it its itself just me more most my no nor not now of off on once only
    or other our out over own same she should so some such than that the their them then there these they
    this those through to too under until up very was we were what when where which while who whom why will
    with would you your yours tell give please
"""
_STOP_WORDS = frozenset(_COMMON.split())


def words(text: str) -> list[str]:
    """Return the lower-case words of a text, each once, in their order."""
    return list(dict.fromkeys(word.lower() for word in _WORD.findall(text)))


def telling_words(question: str) -> list[str]:
    """Return the words of a question, common ones left out where others remain."""
    found = words(question)
    return [word for word in found if word not in _STOP_WORDS] or found
