"""How answers, sources and documents look: in a terminal, in a pipe and in an exported file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token as Mark

from agent.assembly import Assembly
from agent.chat.live_answer import LiveAnswer
from agent.conversations.answer import Answer, Citation, Usage
from agent.conversations.events import Event, Finished, Step, Token
from agent.errors import Cancelled
from agent.rendering.export import escaped
from agent.rendering.screen import Screen, make_console
from agent.rendering.view import View
from tests.agent.test_chat import PLAIN, Talk, start, without_codes

INTERACTIVE = Screen(interactive=True, colour=False, unicode=True, hyperlinks=False)
BREAK = Mark("softbreak", "", 0)


@pytest.mark.parametrize(
    "words",
    [
        "12*3*2 = 72",
        "__CACHE_DIR__",
        "1964.",
        "12. May 1990",
        "C:\\_x\\*y",
        "# 3",
        "<b>bold</b>",
        "- 5",
        ":smile:",
    ],
)
def test_an_answer_is_shown_character_by_character(words: str) -> None:
    output = io.StringIO()
    view = View(make_console(INTERACTIVE, output), INTERACTIVE)
    view.answer("", Answer(words, route="tools"))
    assert without_codes(output.getvalue()).splitlines()[1].strip() == words
    view.is_markdown = lambda: True  # of other models, what comes from a document is exact all the same
    view.answer("", Answer(words, route="documents"))
    assert without_codes(output.getvalue()).count(words) == 2


def test_what_another_model_writes_is_markdown() -> None:
    output = io.StringIO()
    view = View(make_console(INTERACTIVE, output), INTERACTIVE, is_markdown=lambda: True)
    view.answer("", Answer("It is **bold**.", route="chat"))
    assert "It is bold." in without_codes(output.getvalue())


def test_what_was_written_before_a_stop_is_shown_character_by_character() -> None:
    def stop() -> Iterator[Event]:
        yield Token(f"{'word ' * 30}12*3*2 = 72")
        raise Cancelled

    for screen in (PLAIN, INTERACTIVE):
        output = io.StringIO()
        live = LiveAnswer(View(make_console(screen, output), screen), lambda: None)
        with pytest.raises(Cancelled):
            live.show(stop(), lambda _: None)
        assert "12*3*2 = 72" in without_codes(output.getvalue())


def test_nothing_is_cut_off_in_a_pipe(
    assemble: Callable[..., Assembly], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = f"The tower is 99 feet wide, {'and wide, ' * 30}and very wide."
    (folder / "tower.md").write_text(f"# Towers\n\n{sentence}\n", "utf-8")
    talk = start(assemble)
    talk("How wide is the tower?")
    assert sentence in talk("/sources")
    talk("/clear")
    assert sentence in talk("/resume")
    monkeypatch.setenv("COLUMNS", "30")
    talk.chat.view.console = make_console(PLAIN, talk.output)
    assert "    List the commands, or explain one.\n" in talk("/help")


def test_an_endless_line_is_cut_around_the_quotation() -> None:
    text = f"{'a ' * 5000}\n{'b ' * 5000}Two is the answer. {'c ' * 5000}\nThree."
    begin = text.index("Two")
    citation = Citation("a.txt", "Two is the answer.", start_line=2, end_line=2, start=begin, end=begin + 18)
    output = io.StringIO()
    View(make_console(PLAIN, output), PLAIN).excerpt(text, citation)
    first, second, third, end = output.getvalue().split("\n")
    assert (first, third, end) == (f"  1  {'a ' * 199}a \u2026", "  3  Three.", "")
    assert second == f"  2  \u2026 {'b ' * 200}Two is the answer. {'c ' * 199}c \u2026"


def test_line_ends_of_windows_are_not_shown() -> None:
    output, text = io.StringIO(), "One.\r\nTwo is the answer.\r\nThree.\r\n"
    citation = Citation("a.txt", "Two is the answer.", start_line=2, end_line=2, start=6, end=24)
    View(make_console(PLAIN, output), PLAIN).excerpt(text, citation)
    assert output.getvalue().split("\n")[:3] == ["  1  One.", "  2  Two is the answer.", "  3  Three."]


def test_the_text_of_a_web_page_is_shown_around_a_quotation_wherever_that_stands_in_its_file() -> None:
    output, text = io.StringIO(), "Towers\n\nOne. Two is the answer.\n\nThree."
    citation = Citation("a.html", "Two is the answer.", start_line=212, end_line=219, start=13, end=31)
    View(make_console(PLAIN, output), PLAIN).excerpt(text, citation, context=1)
    assert output.getvalue().split("\n") == ["    ", "    One. Two is the answer.", "    ", ""]


@given(st.text(st.sampled_from('ab1 .-+=)(*_`#<>&|~$[]!:\\\n\t"')))
@example("12. May 1990")
@example("a\n---")
def test_an_export_shows_the_very_characters(text: str) -> None:
    shown = [
        "\n" if part.type.endswith("break") else part.content
        for token in MarkdownIt().enable("table").parse(escaped(text))
        if token.type == "inline"
        for part in (*(token.children or ()), BREAK)
    ]
    assert _lines("".join(shown)) == _lines(text)


def _lines(text: str) -> list[str]:
    return [line.strip(" \t") for line in text.split("\n") if line.strip(" \t")]


def test_ascii_terminals_get_ascii(assemble: Callable[..., Assembly], folder: Path) -> None:
    (folder / "island.md").write_text(
        "# Towers\n\nThe \u201ctower\u201d is 99 \u2014 wide \u4e2d.\n", "utf-8"
    )
    screen = Screen(interactive=True, colour=False, unicode=False, hyperlinks=False)
    talk = Talk(assemble(), screen)
    said = talk("How wide is the tower?")
    assert said.isascii()
    assert '"tower" is 99 - wide ?' in said


def test_narrow_windows_hold_everything(
    assemble: Callable[..., Assembly], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    talk = Talk(assemble(), INTERACTIVE)
    talk.chat.view.console = make_console(INTERACTIVE, talk.output)
    for said in ("How tall is the lighthouse?", "/why", "/open", "/tools", "/threads", "/settings", "/help"):
        lines = re.split(r"[\r\n]", without_codes(talk(said)))
        assert max(map(len, lines)) <= 24, said


def test_what_is_cut_into_lines_stays_beside_its_number(
    assemble: Callable[..., Assembly], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    talk = Talk(assemble(), INTERACTIVE)
    talk("How tall is the lighthouse?")
    lines = [line.rstrip() for line in without_codes(talk("/open 1")).splitlines()]
    first = lines.index("  4  It is 38 metres")
    assert lines[first + 1] == "     tall. Its keeper"


def test_a_wide_table_becomes_paragraphs_in_a_narrow_window(
    assemble: Callable[..., Assembly], monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns, wanted in (("80", r"  /undo {4,}Forget"), ("40", r"  /undo *\n    Forget")):
        monkeypatch.setenv("COLUMNS", columns)
        assert re.search(wanted, without_codes(Talk(assemble(), INTERACTIVE)("/help"))), columns


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        (
            "100",
            ["very likely answered (93%) \u00b7 documents \u00b7 1,818 tokens, 606 tokens/s \u00b7 3.0 s"],
        ),
        ("60", ["very likely answered (93%) \u00b7 documents", "1,818 tokens, 606 tokens/s \u00b7 3.0 s"]),
        ("32", ["very likely answered (93%)", "documents", "1,818 tokens, 606 tokens/s", "3.0 s"]),
    ],
)
def test_the_line_under_an_answer_breaks_between_its_parts(
    assemble: Callable[..., Assembly], monkeypatch: pytest.MonkeyPatch, columns: str, wanted: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    talk = Talk(assemble(), INTERACTIVE)
    talk.chat.view.answer("", Answer("38", confidence=0.93, usage=Usage(1800, 18), seconds=3.0))
    lines = [line.strip() for line in without_codes(talk.output.getvalue()).splitlines()]
    assert lines == ["", "38", "", *wanted, ""]


def test_who_gets_no_answer_is_shown_what_came_closest(assemble: Callable[..., Assembly]) -> None:
    talk = Talk(assemble(), INTERACTIVE)
    hint = "/why shows how it was decided \u00b7 documents"
    assert hint not in without_codes(talk("How tall is the lighthouse?"))
    near = Citation("a.md", "It is tall.", start_line=3, end_line=3, end=11)
    talk.chat.view.answer("", Answer(None, abstained=True, confidence=0.43, closest=(near,)))
    shown = without_codes(talk.output.getvalue())
    assert hint in shown
    assert "What comes closest is not sure enough (43%):" in shown
    assert "[1] a.md  line 3" in shown


def test_lines_end_where_their_words_do(assemble: Callable[..., Assembly]) -> None:
    """A window that is made narrower would wrap blanks behind them."""
    talk = Talk(assemble(), INTERACTIVE)
    [line] = [line for line in talk("How tall is the lighthouse?").splitlines() if "very likely" in line]
    assert len(without_codes(line)) - len(without_codes(line).rstrip()) == 2


def test_cells_can_be_told_apart_without_their_heads(
    assemble: Callable[..., Assembly], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    talk = Talk(assemble(), INTERACTIVE)
    talk("How tall is the lighthouse?")
    assert re.search(r"\*  \w{8}  1 turn  just now *\n    How tall", without_codes(talk("/threads")))
    talk.chat.assembly.workflow = "assistant"
    assert "  remember  asks you" in without_codes(talk("/tools"))


def test_a_step_of_endless_words_is_cut(assemble: Callable[..., Assembly]) -> None:
    live = LiveAnswer(Talk(assemble()).chat.view, lambda: None, trace=True)
    live.show([Step("retrieve", "D" * 5000), Finished(Answer("38"))], lambda _: None)
    shown: Any = live._view.console.file
    output = shown.getvalue()
    assert "retrieve: DDDD" in output
    assert len(output) < 400


def test_links_lead_to_the_file(assemble: Callable[..., Assembly], folder: Path) -> None:
    screen = Screen(interactive=True, colour=True, unicode=True, hyperlinks=True)
    talk = Talk(assemble(), screen)
    talk.chat.view.locate = lambda path: folder / path
    assert (folder / "island.md").as_uri() in talk("How tall is the lighthouse?")
