"""Make text from documents and file names harmless before a terminal sees it.

A document may hold escape sequences that recolour the screen, retitle the window or type into the
terminal, and characters that reorder what is read. They are shown, never obeyed.
"""

from __future__ import annotations

import json
import re
import sys

_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSAFE = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_DIRECTIONS}\u2028\u2029\ud800-\udfff]")
_UNSAFE_IN_JSON = re.compile(rf"[\x7f-\x9f{_DIRECTIONS}\u2028\u2029\ud800-\udfff]")
_CONTROL_PICTURES = 0x2400


def visible(text: str) -> str:
    """Return the text with control characters shown as symbols; line breaks and tabs stay."""
    return _UNSAFE.sub(_picture, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return the text on one line, harmless, with runs of blanks made one."""
    return " ".join(visible(text).split())


def to_json(content: object, *, indent: int | None = None) -> str:
    """Return JSON that holds the exact text and yet nothing that a terminal would obey.

    It is escaped altogether where standard output lacks some of its characters, which would be replaced.
    """
    encoded = _harmless(json.dumps(content, ensure_ascii=False, indent=indent))
    try:
        encoded.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return _harmless(json.dumps(content, indent=indent))
    return encoded


def _harmless(encoded: str) -> str:
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", encoded)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "\u2421"
    return f"<U+{code:04X}>"
