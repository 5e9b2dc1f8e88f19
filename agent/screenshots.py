"""Pictures of real conversations for the README: `python -m agent.screenshots`.

The questions are asked of the shipped model and the sample handbook; what is drawn is what a person
sees.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from agent.assembly import Assembly
from agent.chat.chat import Chat
from agent.context import open_context
from agent.events import Finished
from agent.offline import stay_offline
from agent.paths import REPOSITORY
from agent.screen import Screen
from agent.session import Session
from agent.view import View

FOLDER = REPOSITORY / "docs" / "screenshots"
SCENES: dict[str, Sequence[str]] = {
    "answer": ("Who described the momentum method?", "/open 1"),
    "why": ("What is the usual momentum coefficient?", "/why"),
    "abstain": ("Who won the football world cup in 1990?",),
}
"""Name of each picture, and what is typed in it."""

_WIDTH = 92


def draw(assembly: Assembly, lines: Sequence[str], title: str) -> str:
    """Type lines into a new chat and return the screen as SVG."""
    screen = Screen(interactive=True, colour=True, unicode=True, hyperlinks=False)
    console = Console(record=True, width=_WIDTH, force_terminal=True, file=io.StringIO(), highlight=False)
    chat = Chat(open_context(), assembly, Session(assembly), View(console, screen), lambda _: "no")
    assembly.answerer.get()
    for line in lines:
        console.print(Text("\u203a ", "bold cyan") + Text(line))
        if line.startswith("/"):
            chat.handle(line)
        else:
            _ask(chat, line)
    return console.export_svg(title=title)


def _ask(chat: Chat, question: str) -> None:
    # Without the live part: a recording would hold every frame of it.
    for event in chat.session.ask(question):
        if isinstance(event, Finished):
            chat.view.answer(question, event.answer)


def main(folder: Path = FOLDER) -> None:
    """Draw every scene."""
    stay_offline()
    context = open_context()
    folder.mkdir(parents=True, exist_ok=True)
    assembly = Assembly(context.settings, context.paths)
    for name, lines in SCENES.items():
        svg = draw(assembly, lines, "python main.py")
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
