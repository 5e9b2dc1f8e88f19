"""Turn a question into a query of the full-text index."""

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


def match_query(question: str) -> str:
    """Return an FTS5 query for any of the question's words, common ones left out where others remain."""
    found = dict.fromkeys(word.lower() for word in _WORD.findall(question))
    wanted = [word for word in found if word not in _STOP_WORDS] or list(found)
    return " OR ".join(f'"{word}"' for word in wanted)
