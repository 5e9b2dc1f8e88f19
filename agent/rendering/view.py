"""How answers, sources and decisions look in a terminal; `python -m agent.rendering.view` shows a sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from agent.conversations.answer import ABSTAINED, Answer, Citation
from agent.errors import HomespunError
from agent.rendering.confidence import closest, sentence
from agent.rendering.escape import one_line, visible
from agent.rendering.screen import Screen

_INDENT = 2
_GAP = 2
_LEAST_LONG = 24
"""Cells that a column of sentences needs to be a column still."""
_COMMON_WORDS = frozenset(
    "a an and are as at be by did do does for from has have how in is it its of on or that the their "
    "this to was were what when where which who why with".split()
)


class View:
    """Writes to a rich console what the program has to say.

    Args:
        console: Where to.
        screen: What the terminal can show.
        locate: Returns the file behind the path of a citation.
    """

    def __init__(self, console: Console, screen: Screen, locate: Callable[[str], Path] | None = None) -> None:
        self.console = console
        self.screen = screen
        self.locate = locate

    def say(self, text: str, style: str = "") -> None:
        """Write a message of the program."""
        self.console.print(Text(self.screen.text(visible(text)), style))

    def complain(self, sentence: str) -> None:
        """Write an error."""
        self.say(sentence, "red")

    def answer(self, question: str, answer: Answer) -> None:
        """Write an answer with its sources and footer."""
        self.console.print()
        self.console.print(Padding(self.body(answer), (0, _INDENT), expand=False))
        if answer.closest:
            self.console.print()
            self.console.print(Padding(Text(closest(answer), "dim"), (0, _INDENT), expand=False))
        if answer.sources:
            self.console.print()
            self.sources(answer.sources, f"{question} {answer.text or ''}")
        self.console.print()
        for line in _filled(footer(answer), self.console.width - 2 * _INDENT):
            self.console.print(Padding(Text(self.screen.text(line), "dim"), (0, _INDENT), expand=False))
        self.console.print()

    def body(self, answer: Answer) -> RenderableType:
        """Return the words of an answer."""
        if answer.abstained:
            return Text(ABSTAINED, "yellow")
        return self.markdown(answer.text or "")

    def markdown(self, text: str) -> RenderableType:
        """Return text in Markdown, harmless."""
        return Markdown(self.screen.text(visible(text)), hyperlinks=False)

    def sources(self, citations: Sequence[Citation], wanted: str) -> None:
        """Write numbered sources; the words of `wanted` stand out in the quotations."""
        for number, citation in enumerate(citations, 1):
            self.console.print(Padding(self._source(number, citation, wanted), (0, _INDENT), expand=False))

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]], long: int) -> None:
        """Write a table of plain strings.

        Where the window is too narrow for it, every row becomes a paragraph.

        Args:
            heads: Titles of the columns.
            rows: The cells.
            long: Number of the column, from 0, whose cells may take several lines.
        """
        shown = [[self.screen.text(one_line(cell)) for cell in row] for row in rows]
        widths = [max(map(cell_len, column)) for column in zip(heads, *shown, strict=True)]
        others = sum(widths) - widths[long] + _GAP * (len(heads) - 1)
        if widths[long] > (room := self.console.width - 2 * _INDENT - others) and room < _LEAST_LONG:
            self._paragraphs(shown, long)
            return
        table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold", pad_edge=False)
        for number, head in enumerate(heads):
            table.add_column(head, overflow="fold", no_wrap=number != long)
        for row in shown:
            table.add_row(*map(Text, row))
        self.console.print(Padding(table, (0, _INDENT), expand=False))

    def excerpt(self, text: str, citation: Citation, context: int = 6) -> None:
        """Write the lines of a document around a quotation, which stands out.

        The text of a web page has other lines than its file, so they have no numbers.
        """
        start, end = (1 + text.count("\n", 0, place) for place in (citation.start, citation.end))
        first, every = max(start - context, 1), text.split("\n")
        lines = every[first - 1 : end + context]
        offset = sum(len(line) + 1 for line in every[: first - 1])
        are_of_file = (start, end) == (citation.start_line, citation.end_line)
        width = len(str(first + len(lines) - 1))
        for number, line in enumerate(lines, first):
            shown = Text()
            begin, end = citation.start - offset, citation.end - offset
            parts = (line[: max(begin, 0)], line[max(begin, 0) : max(end, 0)], line[max(end, 0) :])
            for part, style in zip(parts, ("", "bold green", ""), strict=True):
                shown.append(self.screen.text(visible(part.removesuffix("\r"))), style)  # lines may end so
            self.beside(f"  {number:>{width}}  " if are_of_file else "    ", shown)
            offset += len(line) + 1

    def beside(self, label: str, text: Text) -> None:
        """Write a text beside a label, so that all of its lines begin behind the label."""
        # Lines for a pipe are not broken: whoever reads them breaks them.
        room = max(self.console.width - cell_len(label), 10)
        lines = text.wrap(self.console, room) if self.screen.interactive else [text]
        for line in lines:
            self.console.print(Text.assemble((label, "dim"), line))
            label = " " * cell_len(label)

    def _paragraphs(self, rows: Sequence[Sequence[str]], long: int) -> None:
        for row in rows:
            short = "  ".join(cell for number, cell in enumerate(row) if number != long and cell)
            self.console.print(Padding(Text(short, "bold"), (0, _INDENT), expand=False))
            self.console.print(Padding(Text(row[long]), (0, _INDENT, 0, 2 * _INDENT), expand=False))

    def _source(self, number: int, citation: Citation, wanted: str) -> RenderableType:
        head = Text(f"[{number}] ", "bold cyan")
        head.append(self.screen.text(one_line(citation.path)), self._link(citation))
        head.append(f"  {citation.place}", "dim")
        quote = Text(self.screen.text(f"\u201c{one_line(citation.quote)}\u201d"), "italic")
        quote.highlight_regex(_any_word(wanted), "bold")
        return Group(head, Padding(quote, (0, 0, 0, 4), expand=False))

    def _link(self, citation: Citation) -> Style:
        style = Style.parse("cyan")
        if not self.screen.hyperlinks or self.locate is None:
            return style
        try:
            return style + Style(link=self.locate(citation.path).as_uri())
        except (ValueError, OSError, HomespunError):  # without a link it can be read, too
            return style


def footer(answer: Answer) -> list[str]:
    """Return what stands under an answer: how sure it is, and what it cost."""
    if answer.abstained:
        parts = ["/why shows how it was decided"]
    else:
        parts = [sentence(answer.confidence)] if answer.confidence is not None else []
    tokens = answer.usage.total_tokens
    rate = f", {tokens / answer.seconds:,.0f} tokens/s" if tokens and answer.seconds > 0 else ""
    parts += [answer.route, f"{tokens:,} tokens{rate}" if tokens else "", f"{answer.seconds:.1f} s"]
    return [part for part in parts if part]


def _filled(parts: Iterable[str], width: int) -> list[str]:
    """Return lines of the parts, each of which stays whole: a number keeps its unit."""
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]} \u00b7 {part}" if lines else part
        lines[-1:] = [joined] if cell_len(joined) <= width else [*lines[-1:], part]
    return lines


def _any_word(text: str) -> str:
    words = set(re.findall(r"\d+(?:[.,]\d+)+|\w+", text.casefold())) - _COMMON_WORDS
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return rf"(?i)\b(?:{alternatives})\b" if alternatives else r"(?!)"


def demo() -> None:
    """Show a sample answer."""
    import sys

    from agent.configuration.settings import Settings
    from agent.conversations.answer import Usage
    from agent.rendering.screen import look_at, make_console

    screen = look_at(sys.stdout, Settings())
    quote = "The usual momentum coefficient is 0.9, while the default in torch.optim.SGD is 0."
    citation = Citation("04-optimisers.md", quote, start_line=18, end_line=19, end=len(quote), score=0.97)
    answer = Answer("0.9", confidence=0.94, citations=(citation,), usage=Usage(790, 22), seconds=3.1)
    View(make_console(screen), screen).answer("What is the usual momentum coefficient?", answer)


if __name__ == "__main__":
    demo()
