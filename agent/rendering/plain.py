"""An answer as plain text, for pipes and files."""

from __future__ import annotations

from agent.conversations.answer import ABSTAINED, Answer, Citation
from agent.rendering.confidence import closest, sentence
from agent.rendering.escape import one_line, visible


def answer_lines(answer: Answer) -> list[str]:
    """Return the answer, its sources and how sure it is, as lines."""
    if answer.abstained:
        return [ABSTAINED, "", closest(answer), *_source_lines(answer)] if answer.closest else [ABSTAINED]
    lines = [visible(answer.text or "")]
    if answer.citations:
        lines.append("")
    lines += _source_lines(answer)
    if answer.confidence is not None:
        lines += ["", f"Confidence: {sentence(answer.confidence)}"]
    return lines


def _source_lines(answer: Answer) -> list[str]:
    return [source_line(number, citation) for number, citation in enumerate(answer.sources, 1)]


def source_line(number: int, citation: Citation) -> str:
    """Return one source on one line: number, file, place and quotation."""
    return f'[{number}] {one_line(citation.path)}, {citation.place}: "{one_line(citation.quote)}"'
