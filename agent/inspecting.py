"""Has the model reply and looks into it: what it was asked, and in which file each copied token stood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.errors import HomespunError
from graphs import prompts
from llm.tokenization.opening import close_text, open_text
from rag.passage import Passage

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from llm.inference.engine import Engine
    from llm.inspection import Inspection

REPLY_TOKENS = 96
"""Most tokens of a reply that is inspected; a longer table is not read by anybody."""


@dataclass(frozen=True, slots=True)
class InspectedReply:
    """A reply and what the model did to write it."""

    reply: str
    inspection: Inspection
    places: list[str]
    """For each token of the prompt: the file and line it stands in; empty outside of passages."""

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        tokens = [
            {
                "text": token.text,
                "probability": token.probability,
                "entropy_bits": token.entropy,
                "copied_from": None if token.copied_from is None else self._origin(token.copied_from),
                "looked_at": [
                    {"token": source.place, "text": source.text, "weight": source.weight}
                    for source in token.sources
                ],
            }
            for token in self.inspection.tokens
        ]
        return {"reply": self.reply, "copied_share": self.inspection.copied_share, "tokens": tokens}

    def _origin(self, place: int) -> dict[str, Any]:
        return {"token": place, "place": self.places[place] or None}


def inspect_reply(
    folder: Path, task: str, text: str, passages: Sequence[Passage] = (), reply: str | None = None
) -> InspectedReply:
    """Ask the model and report on each token of its reply.

    Args:
        folder: Weights folder.
        task: One of `agent.commands.inspect.TASKS`.
        text: The question, or the text.
        passages: What a quotation is taken from, best first; those that do not fit are left out.
        reply: Look into this reply instead of the model's own.

    Raises:
        HomespunError: The text does not fit into the model's context, or the reply is empty.
    """
    from llm.inspection import inspect_answer
    from llm.model.gpt import GPT
    from llm.weights_folder import load_engine

    engine = load_engine(folder)
    prompt, shown = _fitting_prompt(engine, task, text, passages)
    answer = _write(engine, prompt, shown) if reply is None else engine.tokenizer.encode(open_text(reply))
    if not answer:
        raise HomespunError("The reply is empty: there is nothing to inspect.")
    if len(prompt) + len(answer) > engine.context_length:
        raise HomespunError(
            f"Prompt and reply have {len(prompt) + len(answer):,} tokens and the model reads "
            f"{engine.context_length:,}: shorten the reply."
        )
    inspection = inspect_answer(GPT.from_pretrained(folder), engine.tokenizer, prompt, answer)
    return InspectedReply(
        close_text(engine.tokenizer.decode(answer)), inspection, _places(engine, prompt, shown)
    )


def _messages(task: str, text: str, passages: Sequence[Passage]) -> list[BaseMessage]:
    from langchain_core.messages import HumanMessage

    if task == "quote":
        return prompts.quote(text, passages)
    if task == "chat":
        return prompts.chat([HumanMessage(text)])
    return prompts.plan(text) if task == "plan" else prompts.summarise(text)


def _fitting_prompt(
    engine: Engine, task: str, text: str, passages: Sequence[Passage]
) -> tuple[list[int], list[Passage]]:
    """Encode the prompt with as many of the passages as leave room for a reply."""
    from llm.chat.messages import to_template
    from llm.tokenization.template import ChatTemplate

    template = ChatTemplate(engine.tokenizer)
    shown = list(passages)
    while True:
        prompt = template.encode(to_template(_messages(task, text, shown)))
        if len(prompt) + min(REPLY_TOKENS, engine.context_length // 4) <= engine.context_length:
            return prompt, shown
        if len(shown) < 2:
            raise HomespunError(
                f"The prompt has {len(prompt):,} tokens and the model reads {engine.context_length:,}: "
                "shorten the text."
            )
        shown.pop()


def _write(engine: Engine, prompt: list[int], passages: Sequence[Passage]) -> list[int]:
    from llm.inference.sampling import GenerationSettings

    held = engine.constraints.spans([passage.text for passage in passages]) if passages else None
    settings = GenerationSettings(max_tokens=REPLY_TOKENS)
    return [token.id for token in engine.complete(prompt, settings, held).tokens]


def _places(engine: Engine, prompt: Sequence[int], passages: Sequence[Passage]) -> list[str]:
    """Name the file and line of each prompt token that belongs to a passage.

    Offsets are counted in bytes: a token may hold a part of a character.
    """
    pieces = [engine.tokenizer.token_bytes(token) for token in prompt]
    whole, places, searched = b"".join(pieces), [""] * len(pieces), 0
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    for passage in passages:
        body = passage.text.strip()
        begin = whole.find(body.encode(), searched)
        if begin < 0:
            continue
        searched = begin + len(body.encode())
        first_line = passage.start_line + passage.text[: passage.text.find(body)].count("\n")
        for index, start in enumerate(starts[:-1]):
            if begin <= start < searched:
                line = first_line + whole.count(b"\n", begin, start)
                places[index] = f"{passage.path}:{line}"
    return places
