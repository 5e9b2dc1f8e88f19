"""What the arguments of a call may copy from texts: any run of whole words, or one that fits a pattern.

A free string, as a name or a question, may be any run. A string that is held to a pattern, as a formula is,
may be any run of several words that fits: a lone number or word is rather a part of what is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from llm.inference.schemas import inside_of, without_remarks

WHOLE_RUN = r"\S((.|\n)*\S)?"
"""A run without spaces around it."""

_ARGUMENT = r"[^\s'\u2018\u2019\u201c\u201d,;:!?]((.|\n)*[^\s'\u2018\u2019\u201c\u201d,;:])?"
"""What is copied into an argument comes without the marks around it."""
_COPIED = re.compile(_ARGUMENT)
_SEVERAL_WORDS = r"(.|\n)*(\w\W+\w|\w\()(.|\n)*"
_WORD = re.compile(r"\s+|\w+(?:(?:[-_/.@&+%#~=]|:(?=//|\d))+\w+)*|.", re.DOTALL)
"""What is copied wholly or not at all: a path, an address, a word with hyphens; or a mark."""
_FREE_KEYS = {"type", "title", "description", "default"}
"""Keys of a string's schema that leave its content open."""
_RUN = "SPAN"


class Copies:
    """The terminals of a grammar for what arguments copy.

    Args:
        texts: What is copied from.
        is_possible: Whether some text fulfils a grammar.
    """

    def __init__(self, texts: Iterable[str], is_possible: Callable[[str], bool]) -> None:
        # A quote or backslash would stand escaped in JSON: runs end before them.
        parts = (part for text in texts for part in re.split(r'["\\\x00-\x1f]+', text))
        copied = [part for part in parts if _COPIED.search(part)]
        self.rules = run_rules(copied, _ARGUMENT, _WORD.findall) if copied else []
        """The rules of the terminals that were asked for; none where there is nothing to copy."""
        self._is_possible = is_possible
        self._fitting: dict[str, str | None] = {}

    def are_taken_by(self, parameters: Mapping[str, Any]) -> bool:
        """Whether some argument of a tool can be copied.

        Not where a part of its parameters points to another: properties are spelled out one by one.
        """
        properties = parameters.get("properties") or {}
        return '"$ref"' not in json.dumps(parameters) and any(map(self.terminal, properties.values()))

    def terminal(self, schema: Mapping[str, Any] | bool) -> str | None:
        """Return the name of the terminal of what an argument may copy; None where it is to be written."""
        if isinstance(schema, bool) or not self.rules or schema.get("type") != "string":
            return None
        keys = without_remarks(schema).keys() - _FREE_KEYS
        if not keys:
            return _RUN
        if keys != {"pattern"}:
            return None
        pattern = schema["pattern"]
        if pattern not in self._fitting:
            self._fitting[pattern] = self._add_fitting(pattern)
        return self._fitting[pattern]

    def _add_fitting(self, pattern: str) -> str | None:
        """Add the rule of runs that fit a pattern and return its name; None where there are no such runs."""
        inside = inside_of(pattern)
        if inside is None:
            return None
        name, escaped = f"FITTING{len(self._fitting)}", re.sub(r"(?<!\\)/", r"\\/", inside)
        rule = f"{name}: {_RUN} & /{escaped}/ & /{_SEVERAL_WORDS}/"
        if not self._is_possible("\n".join([f"start: {name}", *self.rules, rule])):
            return None
        self.rules.append(rule)
        return name


def run_rules(texts: Sequence[str], shape: str, words: Callable[[str], list[str]] | None = None) -> list[str]:
    """Return the rules of a terminal for any run of words of one of the texts.

    Args:
        texts: What a run is a part of.
        shape: Regular expression that a run matches as well.
        words: Parts a text into what a run holds wholly or not at all; by default words and marks.
    """
    names = [f"TEXT{index}" for index in range(len(texts))]
    rules = [f"{_RUN}: ({' | '.join(names)}) & /{shape}/"]
    for name, text in zip(names, texts, strict=True):
        parts = {"substring_chunks": words(text)} if words else {"substring_words": text}
        rules.append(f"{name}: %regex {json.dumps(parts, ensure_ascii=False)}")
    return rules
