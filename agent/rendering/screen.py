"""What the terminal at hand can show."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TextIO

from agent.configuration.settings import Settings, Switch

if TYPE_CHECKING:
    from rich.console import Console

_ASCII = {
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "...",
    "\u00b7": "-", "\u2022": "*", "\u2192": "->", "\u00a0": " ", "\u203a": ">", "\u2713": "+", "\u2717": "x",
    "\u00d7": "x", "\u2212": "-", "\u2264": "<=", "\u2265": ">=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Screen:
    """Abilities of a stream that people read."""

    interactive: bool
    """A person at a terminal that can move its cursor."""
    colour: bool
    unicode: bool
    hyperlinks: bool

    def text(self, text: str) -> str:
        """Return the text in characters that the stream can show."""
        if self.unicode:
            return text
        return "".join(_ASCII.get(letter, letter) for letter in text).encode("ascii", "replace").decode()


LOOKS = ("colour", "hyperlinks", "unicode")
"""Settings that decide how a stream looks."""


def look_at(stream: IO[str], settings: Settings) -> Screen:
    """Find out what a stream can show, as far as the settings leave it open."""
    terminal = stream.isatty()
    dumb = os.environ.get("TERM", "") in ("", "dumb", "unknown") and os.name != "nt"
    plain = "NO_COLOR" in os.environ and os.environ["NO_COLOR"] != ""
    able = terminal and not dumb
    return Screen(
        interactive=able,
        colour=_decide(settings.colour, able and not plain),
        unicode=_decide(settings.unicode, _speaks_unicode(stream)),
        hyperlinks=_decide(settings.hyperlinks, able),
    )


def make_console(screen: Screen, stream: IO[str] | None = None) -> Console:
    """Return a rich console for the stream, standard output by default."""
    from rich.console import Console

    return Console(
        file=stream or sys.stdout,
        force_terminal=screen.interactive,
        color_system="auto" if screen.colour else None,
        no_color=not screen.colour,
        highlight=False,
        soft_wrap=not screen.interactive,
    )


def tolerate(stream: TextIO) -> None:
    """Print a replacement for what the stream's encoding lacks, instead of failing."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _speaks_unicode(stream: IO[str]) -> bool:
    return (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").startswith("utf")


def _decide(switch: Switch, automatic: bool) -> bool:
    return automatic if switch == "auto" else switch == "always"
