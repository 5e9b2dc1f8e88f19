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
from agent.rendering.plain import answer_lines, source_line
from agent.rendering.screen import Screen

_INDENT = 2
_GAP = 2
_LEAST_LONG = 24
"""Cells that a column of sentences needs to be a column still."""
_LONGEST = 400
"""Characters of a document's line that are shown, and on either side of a quotation in it."""
_WRITTEN = ("tools", "chat")
"""Routes whose answers a model writes itself; all others give the words of the documents."""
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
        is_markdown: Whether the model that answers writes Markdown; ours does not.
    """

    def __init__(
        self,
        console: Console,
        screen: Screen,
        locate: Callable[[str], Path] | None = None,
        is_markdown: Callable[[], bool] = lambda: False,
    ) -> None:
        self.console = console
        self.screen = screen
        self.locate = locate
        self.is_markdown = is_markdown

    def say(self, text: str, style: str = "") -> None:
        """Write a message of the program."""
        self.console.print(Text(self.screen.text(visible(text)), style))

    def complain(self, sentence: str) -> None:
        """Write an error."""
        self.say(sentence, "red")

    def answer(self, question: str, answer: Answer) -> None:
        """Write an answer with its sources and footer; for a pipe, the lines of `ask`."""
        if not self.screen.interactive:
            self.say("\n".join(answer_lines(answer)))
            return
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
        words = self.screen.text(visible(answer.text or ""))
        if answer.route in _WRITTEN and self.is_markdown():
            return Markdown(words, hyperlinks=False)
        return Text(words)

    def sources(self, citations: Sequence[Citation], wanted: str) -> None:
        """Write numbered sources; the words of `wanted` stand out in the quotations."""
        for number, citation in enumerate(citations, 1):
            if self.screen.interactive:
                source = self._source(number, citation, wanted)
                self.console.print(Padding(source, (0, _INDENT), expand=False))
            else:
                self.say(source_line(number, citation))

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
            begin, end = (max(place - offset, 0) for place in (citation.start, citation.end))
            shown = self._line(line.removesuffix("\r"), begin, end)  # lines may end so
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

    def _line(self, line: str, begin: int, end: int) -> Text:
        """Return a line of a document in which a quotation stands out; a long one is cut around that."""
        before, quoted, after = line[:begin], line[begin:end], line[end:]
        shown = Text()
        shown.append(self.screen.text(visible(_ending(before) if quoted else _beginning(before))))
        shown.append(self.screen.text(visible(quoted)), "bold green")
        shown.append(self.screen.text(visible(_beginning(after))))
        return shown

    def _paragraphs(self, rows: Sequence[Sequence[str]], long: int) -> None:
        for row in rows:
            short = "  ".join(cell for number, cell in enumerate(row) if number != long and cell)
            self.beside(" " * _INDENT, Text(short, "bold"))
            self.beside(" " * 2 * _INDENT, Text(row[long]))

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


def _beginning(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()} \u2026"


def _ending(text: str) -> str:
    return text if len(text) <= _LONGEST else f"\u2026 {text[-_LONGEST:].lstrip()}"


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
