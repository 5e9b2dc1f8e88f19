"""Grammars of replies, as text in llguidance's dialect of Lark.

A reply in words begins with the space that opens every text, and so do the strings of a call's arguments
(`llm.tokenization.opening`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from llm.inference.copies import WHOLE_RUN, run_rules
from llm.inference.schemas import close_schema, open_schema
from llm.tokenization import special_tokens
from llm.tokenization.opening import OPENING, open_text

ANY_TEXT = rf"/{OPENING}(.|\n)+/"
COMPACT = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}
"""JSON without spaces, as the model was trained to write it."""

_PIECE = re.compile(r"\s*(?:\S*\w|\S)")
"""A word or a mark after one, with the white space before it."""
_REPLACED = 2
"""Most pieces of a text that a span of another takes the place of."""
_REPLACED_BEFORE = 7
"""Most pieces of the question before that a span of a follow-up takes the place of."""
_MOST_WORDS = 8
"""Of a span that is put into a text."""
_SENTENCE_ENDS = ("?", "!")
"""Pieces that such a span does not reach over."""
_CONNECTIVES = ("of", "in", "for", "at", "by", "about", "to", "from", "with", "on", "the", "as")
"""Words that join a span to the text before it."""

_COMMON = r"[a-z][a-z'-]*"
"""Words that a question may bring along."""
_LONGEST_QUESTION = 24
"""Words of a question after its first."""
_MOST_QUESTIONS = 4
_FULL_NAME = re.compile(r"\b[A-Z][\w'-]*(?: [A-Z][\w'-]*)+")
_MARKS = ',.;:!?"\u201c\u201d()'
"""Marks beside words."""

_NO_PARAMETERS = {"type": "object", "properties": {}}


def json_grammar(schema: Mapping[str, Any]) -> str:
    """Return the grammar of compact JSON that validates against a schema."""
    return f'start: "{OPENING}" json\njson: {_json(schema)}'


def choice_grammar(choices: Iterable[str]) -> str:
    """Return the grammar of one of several texts."""
    return "start: " + " | ".join(_quote(open_text(choice)) for choice in choices)


def span_grammar(texts: Sequence[str]) -> str:
    """Return the grammar of a run of whole words of one of the texts."""
    return "\n".join([f'start: "{OPENING}" SPAN', *run_rules(texts, WHOLE_RUN)])


def shortening_grammar(text: str) -> str:
    """Return the grammar of a text in which words may be left out; its end has to stay."""
    pieces = _pieces(text)
    rules = [f'rest{len(pieces)}: ""']
    for place in range(len(pieces)):
        kept = [f"{_quote(piece)} rest{after}" for after, piece in enumerate(pieces[place:], place + 1)]
        rules.append(f"rest{place}: " + " | ".join(kept))
    first = [
        f"{_quote(open_text(word))} rest{place + 1}"
        for place, piece in enumerate(pieces)
        for word in sorted({piece.strip(), _capitalised(piece.strip())})
    ]
    return "\n".join(["start: " + " | ".join(first), *rules])


def completing_grammar(text: str, spans_of: Sequence[str]) -> str:
    """Return the grammar of a text into which a span of other texts may be put, once.

    The span has at most eight words, takes the place of at most two pieces of the text, and may be
    joined to it by a connective before or a possessive after it.
    """
    return _exchanging_grammar(text, spans_of, _REPLACED, is_same_allowed=True)


def resuming_grammar(before: str, text: str) -> str:
    """Return the grammar of a question asked anew with a span of its follow-up in place of some words.

    So “And on Sundays?” asks the question before it of Sundays. At most seven pieces make room for the span.
    """
    return _exchanging_grammar(before, [text], _REPLACED_BEFORE, is_same_allowed=False)


def _exchanging_grammar(text: str, spans_of: Sequence[str], replaced: int, *, is_same_allowed: bool) -> str:
    pieces = _pieces(text)
    firsts, rules = _span_rules(spans_of)
    if not firsts:
        return choice_grammar(["".join(pieces)])
    for place, piece in enumerate([*pieces, None]):
        # After the span the text goes on without another; at the very beginning a space must follow it.
        spaced = f" {piece}" if place == 0 else piece
        rules.append(f"after{place}: " + ('""' if spaced is None else f"{_quote(spaced)} after{place + 1}"))
        last = min(place + replaced, len(pieces))
        goes_on = [f"put_in{min(place, 1)} after{resumed}" for resumed in range(place, last + 1)]
        if piece is not None:
            goes_on.append(f"{_quote(piece)} before{place + 1}")
        elif is_same_allowed:
            goes_on.append('""')
        rules.append(f"before{place}: " + " | ".join(goes_on))
    for number, space in enumerate(("", " ")):  # at the very beginning no space comes before the span
        connective = " | ".join(_quote(space + word) for word in _CONNECTIVES)
        rules.append(
            f"span{number}: " + " | ".join(f"{_quote(space + word)} {rest}" for word, rest in firsts)
        )
        rules.append(f'put_in{number}: (span{number} | ({connective}) span1) ("\'s")?')
    return "\n".join([f'start: "{OPENING}" before0', *rules])


def questions_grammar(text: str) -> str:
    """Return the grammar of a few questions, one a line, whose names and numbers are words of a text.

    A name is any word that is not all small letters, or several with capitals, which stay together; each
    question may begin with another capital. `#1` stands for the answer to the first one.
    """
    names = (re.escape(name).replace("/", r"\/").replace(r"\ ", " ") for name in _names(text))
    word = "|".join([_COMMON, "#[1-9]('s)?", *names])
    line = rf"([A-Z][a-z']*|{word})(,? ({word})){{0,{_LONGEST_QUESTION}}}\?"
    return rf'start: "{OPENING}" /{line}(\n{line}){{0,{_MOST_QUESTIONS - 1}}}/'


def _names(text: str) -> list[str]:
    names = {word.strip(_MARKS) for word in _FULL_NAME.sub(" ", text).split()}
    for full in _FULL_NAME.finditer(text):
        names.add(full[0])
        if full.start() == 0:  # the first word of a text has a capital whatever it is
            names.update(full[0].split(" ", 1))
    names |= {name.removesuffix("'s") for name in names}
    return sorted(name for name in names if name and not re.fullmatch(_COMMON, name))


def tool_grammar(tools: Sequence[Mapping[str, Any]], *, required: bool, parallel: bool) -> str:
    """Return the grammar of tool calls in the model's own format.

    Args:
        tools: Tools in OpenAI's format.
        required: Whether there must be a call; otherwise words may stand in their place or before them.
        parallel: Whether there may be several calls.
    """
    calls = "call+" if parallel else "call"
    start = calls if required else f"text | {calls} | text {calls}"
    names = [f"call{index}" for index in range(len(tools))]
    lines = [
        f"start: {start}",
        f"text: {ANY_TEXT}",
        f"call: {special_tokens.TOOL_CALL} ({' | '.join(names)})",
    ]
    for name, tool in zip(names, tools, strict=True):
        function = tool["function"]
        opening = _quote(f'{{"name":{_quote(function["name"])},"arguments":')
        parameters = function.get("parameters") or _NO_PARAMETERS
        lines.append(f'{name}: {opening} {name}_arguments "}}"')
        lines.append(f"{name}_arguments: {_json(open_schema({'type': 'object', **parameters}))}")
    return "\n".join(lines)


def _pieces(text: str) -> list[str]:
    return [match.group() for match in _PIECE.finditer(text.strip())]


def _span_rules(texts: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return each piece that a span may begin with and the rule of its rest, and the rules of all rests.

    The pieces are spelled out: a terminal of all spans would be read for as long as a text goes on, so that
    the span could not end before, nor begin with words that the other text holds at that place as well.
    """
    firsts, rules = [], []
    for number, text in enumerate(texts):
        pieces = _pieces(text)
        for place, piece in enumerate([*pieces, "?"]):
            word = piece.strip()
            if word not in _SENTENCE_ENDS:
                firsts.append((word, f"rest{number}_{place + 1}_{_MOST_WORDS - 1}"))
            for left in range(_MOST_WORDS):
                words = left - (piece != word)  # a piece without a space before it belongs to the last word
                goes_on = word not in _SENTENCE_ENDS and words >= 0 and piece in (word, f" {word}")
                more = f" | {_quote(piece)} rest{number}_{place + 1}_{words}" if goes_on else ""
                rules.append(f'rest{number}_{place}_{left}: ""{more}')
    return firsts, rules


def _capitalised(word: str) -> str:
    return word[:1].upper() + word[1:]


def _json(schema: Mapping[str, Any]) -> str:
    return "%json " + json.dumps({**close_schema(schema), "x-guidance": COMPACT}, ensure_ascii=False)


def _quote(text: str) -> str:
    # llguidance takes every character but this one as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
