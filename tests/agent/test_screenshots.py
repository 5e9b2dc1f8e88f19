from __future__ import annotations

import re
from collections.abc import Callable

from agent.assembly import Assembly
from agent.screenshots import draw


def test_a_picture_shows_the_conversation(assemble: Callable[..., Assembly]) -> None:
    svg = draw(assemble(), ["How tall is the lighthouse?", "/why"], "chat")
    shown = " ".join(re.sub(r"<[^>]+>", " ", svg).replace("&#160;", " ").split())
    assert shown.count("very likely right") == 2
    assert "island.md" in shown
    assert "Thinking" not in shown
