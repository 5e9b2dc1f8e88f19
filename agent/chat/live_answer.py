"""Show an answer while it is written: what is being done, then the words as they come.

Only the unfinished tail is redrawn, and it never grows beyond the screen, so nothing flickers and
nothing appears twice in the scrollback.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from rich.console import Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.spinner import Spinner
from rich.text import Text

from agent.chat.terminal import echo
from agent.conversations.answer import Answer
from agent.conversations.events import Approval, Event, Finished, Step, Token
from agent.rendering.escape import one_line, visible
from agent.rendering.view import View

_LINES_BELOW = 4
"""Lines of the screen that the tail of the answer leaves free."""
_LONGEST_STEP = 200
"""Characters of a step that are shown: a model may write anything into one."""


class LiveAnswer:
    """The part of the screen where an answer appears.

    Args:
        view: How things look.
        waiting: Names the part that is still loading, or None.
        trace: Whether every step stays on the screen.
    """

    def __init__(self, view: View, waiting: Callable[[], str | None], trace: bool = False) -> None:
        self._view = view
        self._waiting = waiting
        self._trace = trace
        self._step = "Thinking"
        self._note = ""
        self._words = ""
        self._began = time.monotonic()

    def show(self, events: Iterable[Event], approve: Callable[[Approval], None]) -> Answer | None:
        """Draw the events until the answer is finished, and return it.

        Args:
            events: What happens.
            approve: Decides about tool calls; the screen is its own meanwhile.
        """
        spinner = Spinner("dots" if self._view.screen.unicode else "line", style="cyan")
        live = Live(
            get_renderable=lambda: self._draw(spinner),
            console=self._view.console,
            transient=True,
            refresh_per_second=10,
            vertical_overflow="crop",
            redirect_stdout=False,
            redirect_stderr=False,
        )
        try:
            with live:
                return self._follow(events, approve, live)
        except BaseException:  # after Ctrl-C, too, what was said stays on the screen
            if self._words:
                self._view.beside("  ", Text(self._view.screen.text(visible(self._words))))
            raise

    def note(self, text: str) -> None:
        """Say how far the loading is, from any thread."""
        self._note = text

    def _follow(
        self, events: Iterable[Event], approve: Callable[[Approval], None], live: Live
    ) -> Answer | None:
        for event in events:
            if isinstance(event, Step):
                self._begin(event)
            elif isinstance(event, Token):
                self._words += event.text
            elif isinstance(event, Approval):
                live.stop()
                with echo(True):
                    approve(event)
                live.start()
            elif isinstance(event, Finished):
                return event.answer
        return None

    def _begin(self, step: Step) -> None:
        self._step = step.text
        self._note = ""
        if self._trace:
            elapsed = time.monotonic() - self._began
            line = f"{step.node}: {one_line(step.text)}"
            if len(line) > _LONGEST_STEP:
                line = f"{line[:_LONGEST_STEP].rstrip()} \u2026"
            self._view.beside(f"{elapsed:6.1f} s  ", Text(self._view.screen.text(line), "dim"))

    def _draw(self, spinner: Spinner) -> RenderableType:
        missing = self._waiting()
        label = f"Loading {missing}" if missing and not self._words else self._step
        label = self._note or label
        width = max(self._view.console.width - 8, 10)
        spinner.update(text=Text(self._view.screen.text(one_line(label))[:width], "dim"))
        status = Padding(spinner, (0, 2), expand=False)
        return Group(Padding(self._tail(), (0, 2), expand=False), status) if self._words else status

    def _tail(self) -> Text:
        height = max(self._view.console.height - _LINES_BELOW, 1)
        width = max(self._view.console.width - 4, 10)
        text = Text(self._view.screen.text(visible(_end(self._words, 2 * height * width))))
        return Text("\n").join(text.wrap(self._view.console, width)[-height:])


def _end(words: str, length: int) -> str:
    """Return at least so much of the end, so that a long answer costs no more to draw than a short one.

    It begins where a word does, and at the same one for a while: the lines must not dance.
    """
    begin = max(len(words) // length - 1, 0) * length
    return words[words.find(" ", begin) + 1 :] if begin else words
