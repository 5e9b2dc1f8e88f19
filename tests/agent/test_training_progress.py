"""The bar of a training: what a person at a terminal sees, and that a log sees nothing."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from agent import cli
from agent.rendering.screen import Screen
from agent.rendering.training_progress import TrainingProgress, describe
from llm.training.trainer import Report
from tests.faults.conftest import write_training_folder

REPORT = Report("pretrain", 1234, 0.25, 2.3456, 12345.6, 0.371, 720.0)
FIGURES = "step 1,234  loss 2.346  12,346 tokens/s  MFU 37%  12 min left"


def test_figures_in_words() -> None:
    assert describe(REPORT) == FIGURES
    assert describe(replace(REPORT, seconds_left=42.0)).endswith("42 s left")


def draw(interactive: bool, width: int = 120) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=interactive, width=width)
    screen = Screen(interactive=interactive, colour=False, unicode=True, hyperlinks=False)
    with TrainingProgress(screen, console) as progress:
        progress.show(REPORT)
        progress.show(replace(REPORT, stage="dialogue", progress=0.5))
    return stream.getvalue()


@pytest.mark.parametrize("width", [90, 120])
def test_a_person_sees_every_figure(width: int) -> None:
    [*_, last] = [line for line in draw(True, width).splitlines() if "dialogue" in line]
    assert "50%" in last
    assert FIGURES in last


def test_nothing_is_drawn_where_nobody_watches(capfd: pytest.CaptureFixture[str]) -> None:
    assert draw(False) == ""
    with TrainingProgress(Screen(False, False, True, False)) as progress:
        progress.say("trial 1: loss 2")
    assert capfd.readouterr().err == "trial 1: loss 2\n"


@pytest.mark.parametrize("interactive", [True, False])
def test_names_of_files_do_not_command_the_terminal(
    capfd: pytest.CaptureFixture[str], interactive: bool
) -> None:
    screen = Screen(interactive=interactive, colour=False, unicode=True, hyperlinks=False)
    drawn = io.StringIO()
    with TrainingProgress(screen, Console(file=drawn, width=120)) as progress:
        progress.say("\x1b]0;pwned\x07\x1b[2Jevil\n:skull:.pdf is left out: it is damaged")
    said = (drawn.getvalue() + capfd.readouterr().err).rstrip()
    assert said == "\u241b]0;pwned\u2407\u241b[2Jevil :skull:.pdf is left out: it is damaged"


def test_a_piped_training_prints_its_weights_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_training_folder(tmp_path)
    assert cli.run(["train", str(tmp_path / "config.toml")]) == 0
    assert capfd.readouterr() == (f"{tmp_path / 'run' / 'weights'}\n", "")
