"""The door of the command line: standard streams that are closed, and what --debug changes."""

from __future__ import annotations

import sys

import pytest

from agent import cli
from agent.errors import HomespunError
from agent.parts import models


@pytest.fixture(autouse=True)
def same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test go on after the program has left, in the environment it had."""
    monkeypatch.setattr(cli, "stay_offline", lambda: None)
    monkeypatch.setattr(cli, "_leave", sys.exit)


@pytest.mark.parametrize(
    ("closed", "arguments", "code"),
    [("stdin", ["ask"], 2), ("stdout", ["settings"], 0), ("stderr", ["settings"], 0)],
)
def test_a_closed_stream_is_no_mistake_of_the_program(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    closed: str,
    arguments: list[str],
    code: int,
) -> None:
    monkeypatch.setattr(sys, closed, None)
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    getattr(sys, closed).close()
    assert left.value.code == code
    captured = capfd.readouterr()
    assert ("passages" in captured.out) == (closed == "stderr")
    assert captured.err.startswith("Error: The question is empty" if closed == "stdin" else "")


@pytest.mark.parametrize(("error", "code"), [(ZeroDivisionError("oops"), 1), (HomespunError("Mend it."), 2)])
def test_debug_shows_where_and_keeps_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(models, "open_model", fail)
    monkeypatch.setenv("HOMESPUN_DEBUG", "")  # so that it is taken back
    with pytest.raises(SystemExit) as left:
        cli.main(["ask", "What?", "--debug"])
    assert left.value.code == code
    lines = capfd.readouterr().err.splitlines()
    assert lines[0].startswith("Traceback")
    assert lines[-1].startswith("Error: ")
    assert str(error) in lines[-1]
    assert "--debug" not in lines[-1]
