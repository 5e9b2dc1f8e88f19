"""Pictures of real conversations for the README: `python -m agent.screenshots`, or `make screenshots`.

The questions are asked of the shipped model and the sample handbook; what is drawn is what a person
sees. Drawn again, a picture differs in the seconds that an answer took, and where the model has changed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from agent.assembly import Assembly
from agent.chat.chat import Chat
from agent.chat.line import handle_line
from agent.configuration.layers import DEFAULT, LoadedSettings, names
from agent.configuration.paths import REPOSITORY, Paths
from agent.configuration.settings import Settings
from agent.context import Context
from agent.conversations.events import Approval, Finished
from agent.conversations.session import Session
from agent.offline import stay_offline
from agent.rendering.screen import Screen
from agent.rendering.view import View

FOLDER = REPOSITORY / "docs" / "images"
SCENES: dict[str, Sequence[str]] = {
    "answer": ("Who introduced batch normalisation?", "/open 1"),
    "why": ("What is the learning rate of Adam by default?", "/why"),
    "abstain": ("Who won the football world cup in 1990?", "/why"),
}
"""Name of each picture, and what is typed in it."""

_WIDTH = 108
_SCREEN = Screen(interactive=True, colour=True, unicode=True, hyperlinks=False)
# Rich's own frame loads a font from the internet.
_FRAME = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace(
    "Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono"
)


def draw(assembly: Assembly, lines: Sequence[str], name: str) -> str:
    """Type lines into a new chat and return the screen as SVG.

    Args:
        assembly: The parts that answer.
        lines: What is typed.
        name: Of the picture; the same lines under the same name give the same picture.
    """
    console = Console(record=True, width=_WIDTH, force_terminal=True, file=io.StringIO(), highlight=False)
    chat = Chat(_context(assembly), assembly, Session(assembly), View(console, _SCREEN), lambda _: "no")
    assembly.answerer.get()
    for line in lines:
        console.print(Text.assemble(("\u203a ", "bold cyan"), line))
        if line.startswith("/"):
            handle_line(chat, line)
        else:
            _ask(chat, line)
    return console.export_svg(title="python main.py", code_format=_FRAME, unique_id=name)


def _ask(chat: Chat, question: str) -> None:
    # Without the live part: a recording would hold every frame of it.
    for event in chat.session.ask(question):
        if isinstance(event, Approval):
            event.decide(())
        elif isinstance(event, Finished):
            chat.view.answer(question, event.answer)


def _context(assembly: Assembly) -> Context:
    origins = dict.fromkeys(names(Settings), DEFAULT)
    loaded = LoadedSettings(assembly.settings, origins, assembly.paths.settings_file)
    return Context(loaded, assembly.paths, _SCREEN, _SCREEN)


def main(folder: Path = FOLDER) -> None:
    """Draw every scene with the settings of a person who has set nothing, and has no memories."""
    stay_offline()
    own = REPOSITORY / "build" / "screenshots"
    settings = Settings()
    assembly = Assembly(settings, Paths(own, own, own), workflow=settings.workflow)
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in SCENES.items():
        (folder / f"{name}.svg").write_text(draw(assembly, lines, name), encoding="utf-8")


if __name__ == "__main__":
    main()
