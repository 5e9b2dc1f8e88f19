"""The measuring of the start; how fast it is, `bench` tells."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("needs a Unix terminal", allow_module_level=True)

from agent.errors import HomespunError
from agent.start_benchmark import until_end, until_shown


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_only_the_program_itself_counts_as_processor_time() -> None:
    idle = until_end(python("import time; time.sleep(0.5)"))
    assert idle.elapsed >= 0.5
    assert 0 < idle.processor < idle.elapsed


def test_what_is_drawn_ends_the_program() -> None:
    spent = until_shown(python("import time; print('ready', flush=True); time.sleep(600)"), b"ready")
    assert spent.processor > 0


def test_a_program_that_fails_is_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(HomespunError, match="exit code 3"):
        until_end(python("raise SystemExit(3)"))
    with pytest.raises(HomespunError, match="drew no ready"):
        until_shown(python("print('other')"), b"ready")
    assert capfd.readouterr().out == ""


def test_the_prompt_of_the_program_is_found() -> None:
    assert until_shown([sys.executable, "main.py"], "\u203a".encode()).processor > 0
