"""What a caller of the chat model may ask for, and what it means to the engine."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage
from langchain_core.utils.function_calling import convert_to_json_schema

from llm.chat.messages import task_of, to_template, without_surrogates
from llm.chat.schemas import is_pydantic_class, schema_of
from llm.chat.tool_calls import ToolChoice
from llm.errors import RequestError

if TYPE_CHECKING:
    from llm.calibration import Calibration
    from llm.chat.copied_arguments import CopySource
    from llm.inference.constraints import Constraint
    from llm.inference.engine import Engine
    from llm.inference.generation import Completion, Finish, Token
    from llm.inference.sampling import GenerationSettings

_OF_SCHEMAS = frozenset({"type", "properties", "items", "enum", "const", "anyOf", "oneOf", "allOf", "$ref"})
_OF_TOOLS = frozenset({"function", "name", "toolSpec"})
"""Keys by which a JSON Schema and the schema of a tool are told apart."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """Everything that a call can set; the names are those of OpenAI's interface where it has them."""

    model: str
    temperature: float = 0.0
    max_tokens: int = 256
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    seed: int | None = None
    stop: str | Sequence[str] = ()
    logprobs: bool = False
    top_logprobs: int = 0
    speculate: bool = True
    threads: int | None = None
    tools: Sequence[Mapping[str, Any]] = ()
    tool_choice: object = None
    parallel_tool_calls: bool = True
    copy_arguments: bool | None = None
    """Whether strings in a call are copied from what was said; None for where the model is not sure."""
    refused_arguments: Sequence[str] = ()
    """Strings that a call does not hold again where another can be copied."""
    response_format: Any = None
    """What the reply is held to where it calls no tool."""
    spans: Sequence[str] | None = None
    branches: int = 1
    """Of how many spans that begin differently the likeliest is the reply, where none is sampled."""
    edited: str | None = None
    """The reply is this text with words left out, with a span of `edited_with` put in, or as it is."""
    edited_with: Sequence[str] = ()
    asked_before: str = ""
    """A question that may be asked anew instead, with a span of `edited` in it."""
    divided: str | None = None
    """The reply is questions, one a line, that name nothing but what this text names."""
    choices: Sequence[str] | None = None
    cancelled: threading.Event | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Options:
        """Check the names of the options; None stands for the default.

        Raises:
            TypeError: There is no option of that name; the nearest one is suggested.
        """
        known = [option.name for option in fields(cls)]
        refuse_unknown(values, known)
        return cls(**{name: _readable(value) for name, value in values.items() if value is not None})

    @property
    def settings(self) -> GenerationSettings:
        """How the engine is to choose tokens."""
        from llm.inference.sampling import GenerationSettings

        return GenerationSettings(
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            top_k=self.top_k,
            top_p=self.top_p,
            min_p=self.min_p,
            repetition_penalty=self.repetition_penalty,
            seed=self.seed,
            stop=(self.stop,) if isinstance(self.stop, str) else tuple(self.stop),
            top_logprobs=self.top_logprobs if self.logprobs else None,
            speculate=self.speculate,
        )


@dataclass(frozen=True)
class Request:
    """A conversation and its options, ready for an engine."""

    engine: Engine
    options: Options
    prompt: list[int]
    task: str | None
    constraint: Constraint | None = None
    source: CopySource | None = None
    """What the arguments of a call may be copied from."""
    tokens_read: int = 0
    """Tokens read to select a tool, before the prompt."""

    @classmethod
    def of(
        cls, engine: Engine, messages: Sequence[BaseMessage], options: Options, calibration: Calibration
    ) -> Request:
        """Select a tool where some are offered, encode the conversation, compile what holds the reply."""
        from llm.chat.tool_selection import select_tool
        from llm.tokenization.template import ChatTemplate

        said = to_template(messages)
        offered = ToolChoice.of(options.tools, options.tool_choice)
        selection = select_tool(engine, said, offered, calibration)
        tools = [selection.tool] if selection.tool else []
        prompt = ChatTemplate(engine.tokenizer).encode(said, tools)
        called = tools if selection.is_called and options.spans is None else []
        return cls(
            engine,
            options,
            prompt,
            task_of(messages),
            _constraint(engine, options, called),
            _source(messages, options, called),
            selection.tokens_read,
        )

    def reply(self) -> Iterator[Token | Finish]:
        """Reply token by token; the last item is a `Finish`."""
        options, engine = self.options, self.engine
        best = self._best()
        if best is None:
            yield from engine.generate(self.prompt, options.settings, self.constraint, options.cancelled)
        else:
            yield from best.tokens
            yield best.finish

    def _best(self) -> Completion | None:
        """Return the best of several replies, if that is what was asked for."""
        from llm.chat.best_of import branches, complete_best
        from llm.chat.copied_arguments import CallWriter

        options, engine = self.options, self.engine
        asked = (engine, self.prompt, options.settings)
        if options.edited is not None:
            edits = _edits(engine, options.edited, options.edited_with, options.asked_before)
            return complete_best(*asked, edits, options.cancelled)
        if self.constraint is None:
            return None
        if self.source is not None:
            return CallWriter(*asked, self.constraint, self.source, options.cancelled).complete()
        if options.temperature > 0:
            return None
        if options.branches > 1:
            begun, tokens_read = branches(engine, self.prompt, self.constraint, options.branches)
            return complete_best(*asked, begun, options.cancelled, tokens_read)
        return None


def refuse_unknown(names: Iterable[str], known: Sequence[str]) -> None:
    """Raise a TypeError about the first name that is not known, with the nearest that is."""
    for name in names:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
            raise TypeError(f"ChatHomespun has no option {name!r}{hint}")


def _constraint(engine: Engine, options: Options, called: Sequence[Mapping[str, Any]]) -> Constraint | None:
    from llm.inference.schemas import open_schema

    if options.spans is not None:
        return engine.constraints.spans(options.spans)
    if options.divided is not None:
        return engine.constraints.questions(options.divided)
    if called:
        return engine.constraints.tool_calls(called, required=True, parallel=options.parallel_tool_calls)
    if options.response_format is not None:
        return engine.constraints.json_schema(open_schema(_schema_in(options.response_format)))
    return None


def _source(
    messages: Sequence[BaseMessage], options: Options, called: Sequence[Mapping[str, Any]]
) -> CopySource | None:
    """Return what a call may copy; None where it is written, as it is where words are drawn by chance."""
    from llm.chat.copied_arguments import CopySource

    is_open = options.copy_arguments is None and options.temperature == 0
    if not called or not (options.copy_arguments or is_open):
        return None
    return CopySource(called[0], _said(messages), not is_open, frozenset(options.refused_arguments))


def _readable(value: Any) -> Any:
    """Return a text, or each text of a list, without halves of characters."""
    if isinstance(value, str):
        return without_surrogates(value)
    return [_readable(each) for each in value] if isinstance(value, list) else value


def _said(messages: Sequence[BaseMessage]) -> list[str]:
    """Return what was said, but for the instructions."""
    texts = (message.text for message in messages if message.type in ("human", "tool", "ai"))
    return [without_surrogates(text) for text in texts if text]


def _edits(engine: Engine, text: str, spans_of: Sequence[str], before: str) -> list[Constraint]:
    """Return what holds a reply to a text as it is, shortened, completed, or in the question before."""
    compiler = engine.constraints
    edits = [compiler.choice([text]), compiler.shortened(text)]
    if said := [other for other in spans_of if other.strip()]:
        edits.append(compiler.completed(text, said))
    if before.strip():
        edits.append(compiler.resumed(before, text))
    return edits


def _schema_in(response_format: Any) -> Mapping[str, Any]:
    """Return the JSON Schema: as it is, or that of OpenAI's form, a tool, a pydantic class or a TypedDict."""
    if isinstance(response_format, Mapping):
        if response_format.get("type") == "json_object":
            return {"type": "object"}
        if response_format.get("type") == "json_schema":
            described = response_format.get("json_schema")
            schema = described.get("schema") if isinstance(described, Mapping) else None
            if not isinstance(schema, Mapping):
                raise RequestError("response_format holds no schema: put one under json_schema.schema.")
            return schema
        if _OF_TOOLS.isdisjoint(response_format) and not _OF_SCHEMAS.isdisjoint(response_format):
            return response_format
    if is_pydantic_class(response_format):
        return schema_of(response_format)
    try:
        return convert_to_json_schema(response_format)
    except Exception as error:  # LangChain checks by stumbling: any class of error may come
        raise RequestError(
            "response_format is no schema: give a JSON Schema, or OpenAI's form of one."
        ) from error
