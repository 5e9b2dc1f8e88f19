from __future__ import annotations

from agent.manual import MANUAL, manual


def test_the_manual_is_what_the_program_says() -> None:
    assert MANUAL.read_text("utf-8") == manual(), "run: make docs"
