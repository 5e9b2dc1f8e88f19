"""Slash commands about the last answer: /sources, /open, /why and /trace."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.chat.slash import SlashCommand, SlashError
from agent.chat.terminal import echo
from agent.conversations.answer import Answer, Citation
from agent.rendering.confidence import percent, sentence
from agent.rendering.places import short

if TYPE_CHECKING:
    from agent.chat.chat import Chat


def show_sources(chat: Chat, arguments: list[str]) -> None:  # noqa: ARG001 - every command takes arguments
    """Show the sources of the last answer again."""
    citations = _sources(chat)
    turn = chat.session.last_answered
    question = turn.question if turn else ""
    chat.view.sources(citations, f"{question} {_last(chat).text or ''}")


def open_source(chat: Chat, arguments: list[str]) -> None:
    """Show where a quotation stands in its document, or open it in the editor of the settings."""
    citations = _sources(chat)
    cited = citations[_number(arguments, len(citations), "/open") - 1]
    library = chat.assembly.library.get()
    text = library.text(cited.path)
    citation = _as_it_stands(cited, text)
    if editor := chat.assembly.settings.editor.strip():
        _edit(editor, str(library.locate(citation.path)), citation)
        return
    moved = f"line {citation.start_line} of its text, which has changed"
    place = citation.place if citation == cited else moved
    chat.view.say(f"{short(library.locate(citation.path))}, {place}", "cyan")
    chat.view.excerpt(text, citation)


def explain_answer(chat: Chat, arguments: list[str]) -> None:
    """Show what the model decided on the way to the last answer, and how sure it was."""
    if arguments:
        citations = _sources(chat)
        number = _number(arguments, len(citations), "/why")
        _explain_source(chat, number, citations[number - 1])
        return
    answer = _last(chat)
    chat.view.table(
        ("sure", "step", "decision"),
        (
            (_probability(decision), str(decision.get("node", "")), str(decision.get("what", "")))
            for decision in answer.decisions
        ),
        long=2,
    )
    chat.view.say(_outcome(answer))


def switch_trace(chat: Chat, arguments: list[str]) -> None:
    """Show every step of the next answers, or stop showing them."""
    if arguments and arguments[0] not in ("on", "off"):
        raise SlashError("/trace takes on or off.")
    chat.trace = arguments[0] == "on" if arguments else not chat.trace
    chat.view.say(f"Steps are {'shown' if chat.trace else 'hidden'} from now on.")


def _outcome(answer: Answer) -> str:
    if answer.abstained:
        return "Nothing reached the confidence that an answer needs, so there is none."
    if answer.confidence is None:
        return f"The answer came by way of {answer.route}; its probability was not weighed."
    return f"By the documents the question is {sentence(answer.confidence)}."


def _as_it_stands(citation: Citation, text: str) -> Citation:
    """Return the citation with the place of its quotation in the text, the nearest to where it was.

    Raises:
        SlashError: The text does not hold the quotation.
    """
    start, quote = citation.start, citation.quote
    if text[start : citation.end] == quote:
        return citation
    found = [
        place for place in (text.rfind(quote, 0, start + len(quote)), text.find(quote, start)) if place >= 0
    ]
    if not found:
        raise SlashError(
            f"{citation.path} no longer holds this quotation: it has changed, or is another file."
        )
    begin = min(found, key=lambda place: abs(place - start))
    line = 1 + text.count("\n", 0, begin)
    last = line + quote.count("\n")
    return replace(citation, start=begin, end=begin + len(quote), start_line=line, end_line=last)


def _explain_source(chat: Chat, number: int, citation: Citation) -> None:
    chat.view.say(f"[{number}] {citation.path}, {citation.place}")
    chat.view.say(f"The model gives {percent(citation.score)} to this source holding the answer.")
    chat.view.say(f"The quotation is the document's text from character {citation.start} to {citation.end}.")


def _probability(decision: dict[str, object]) -> str:
    value = decision.get("probability")
    return percent(value) if isinstance(value, int | float) else ""


def _edit(editor: str, path: str, citation: Citation) -> None:
    named = editor if "{path}" in editor else f"{editor} {{path}}"
    try:
        words = shlex.split(named)
        command = [word.replace("{line}", str(citation.start_line)).replace("{path}", path) for word in words]
        with echo(True):
            subprocess.run(command, check=False)  # noqa: S603 - the command is the person's own setting
    except (OSError, ValueError) as error:
        raise SlashError(f"The editor {editor!r} cannot be started: correct the setting editor.") from error


def _last(chat: Chat) -> Answer:
    answer = chat.session.last_answer
    if answer is None:
        raise SlashError("Nothing was answered yet: ask a question first.")
    return answer


def _sources(chat: Chat) -> Sequence[Citation]:
    citations = _last(chat).sources
    if not citations:
        raise SlashError("The last answer has no sources.")
    return citations


def _number(arguments: list[str], most: int, usage: str) -> int:
    """Return the number from 1 to `most` that is the only argument; 1 when it is left out."""
    text = arguments[0].strip("[]") if arguments else "1"
    known = {str(number): number for number in range(1, most + 1)}
    if text not in known:
        raise SlashError(f"{usage} takes a number from 1 to {most}, not {text[:20]!r}.")
    return known[text]


def _numbers(chat: Chat) -> Iterable[str]:
    answer = chat.session.last_answer
    return (str(number) for number in range(1, len(answer.sources) + 1)) if answer else ()


COMMANDS = (
    SlashCommand("sources", "Show the sources of the last answer again.", show_sources),
    SlashCommand("open", "Show a source in its document, or in your editor.", open_source, "[N]", _numbers),
    SlashCommand("why", "Show what the model decided, and how sure it was.", explain_answer, "[N]", _numbers),
    SlashCommand(
        "trace", "Show every step while an answer is made.", switch_trace, "[on|off]", lambda _: ("on", "off")
    ),
)
