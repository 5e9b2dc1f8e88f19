"""Where the strings among the arguments of calls lie in a reply, by their tokens."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from llm.tokenization.special_tokens import TOOL_CALL

if TYPE_CHECKING:
    from llm.tokenization.tokenizer import Tokenizer

_ARGUMENTS = '"arguments":'


@dataclass(frozen=True, slots=True)
class StringArgument:
    """A string among the arguments of a call, by its tokens."""

    name: str
    before: list[int]
    """The reply up to its content."""
    content: list[int]
    """Its content, with the token that closes it."""
    end: int
    """How many tokens of the reply end with it."""


def string_arguments(tokenizer: Tokenizer, reply: Sequence[int]) -> Iterator[StringArgument]:
    """Find the strings among the arguments of all calls in a reply that came to their end.

    Args:
        tokenizer: Of the tokens.
        reply: Token ids of calls in the model's own format.
    """
    opening = tokenizer.special_ids[TOOL_CALL]
    starts = [place + 1 for place, token in enumerate(reply) if token == opening]
    for start, end in zip(starts, [*(place - 1 for place in starts[1:]), len(reply)], strict=True):
        pieces = [tokenizer.token_bytes(token) for token in reply[start:end]]
        ends = list(accumulate(map(len, pieces)))
        for name, content, closing in _strings(b"".join(pieces).decode("utf-8", "replace")):
            first, last = bisect_right(ends, content), bisect_right(ends, closing)
            inside = content - ends[first] + len(pieces[first])  # where one token opens and begins the string
            begun = [pieces[first][:inside], pieces[first][inside:]] if inside else [b""]
            cut = [tokenizer.encode(part.decode("utf-8", "replace")) for part in begun]
            rest = start + first + len(cut) - 1
            yield StringArgument(
                name,
                [*reply[: start + first], *cut[0]],
                [*chain.from_iterable(cut[1:]), *reply[rest : start + last + 1]],
                start + last + 1,
            )


def _strings(call: str) -> Iterator[tuple[str, int, int]]:
    """Return name, first byte and closing byte of each string among a call's arguments."""
    decoder = json.JSONDecoder()
    try:
        decoder.decode(call)
    except ValueError:
        return  # the tokens ran out before its end
    place = call.find(_ARGUMENTS) + len(_ARGUMENTS) + 1
    while call[place] != "}":
        name, place = decoder.raw_decode(call, place + (call[place] == ","))
        value, end = decoder.raw_decode(call, place + 1)
        if isinstance(value, str):
            yield name, len(call[: place + 2].encode()), len(call[: end - 1].encode())
        place = end
