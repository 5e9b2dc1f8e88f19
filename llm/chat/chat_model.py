"""`ChatHomespun`: the in-house model as a LangChain chat model.

    from llm import ChatHomespun
    ChatHomespun().invoke("What can you do?")

Weights are loaded on first use and shared by all instances of the same folder.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal, get_args

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput, ModelProfile
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.output_parsers import BaseOutputParser, JsonOutputParser, PydanticOutputParser
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda, RunnableMap, RunnablePassthrough
from langchain_core.runnables.config import run_in_executor
from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field, model_validator

from llm.calibration import Calibration
from llm.chat.messages import task_of, to_template
from llm.chat.reply import answer_whole, choice_chunk, choice_message, stream_reply
from llm.chat.request import Options, Request, refuse_unknown
from llm.chat.schemas import is_pydantic_class, to_tool
from llm.tokenization.opening import open_text
from llm.tokenization.special_tokens import TOOL_TASK
from llm.weights_folder import DEFAULT_MODEL, find_tool_weights, find_weights, load_engine

if TYPE_CHECKING:
    from llm.inference.engine import Engine

_TOLERATED = ("api_key", "base_url", "max_retries", "streaming", "timeout")
"""Arguments of remote chat models that mean nothing here; code written for those may pass them."""


StructuredOutputMethod = Literal["function_calling", "json_schema", "json_mode"]

_BRANCHES = 8
"""Spans that are compared; docs/LOG.md tells what more of them bring."""


class ChatHomespun(BaseChatModel):
    """The in-house model behind LangChain's interface.

    Every field can also be given with a call: `model.invoke(messages, temperature=0.7)`.
    """

    model: str = DEFAULT_MODEL
    """Name of a shipped model, or path of a weights folder."""
    temperature: float = Field(default=0.0, ge=0)
    """0 takes the likeliest token; 1 samples from the model's own distribution."""
    max_tokens: int | None = Field(default=None, ge=1)
    """Most tokens of a reply; 256 if not set."""
    top_k: int | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    min_p: float | None = Field(default=None, ge=0, le=1)
    repetition_penalty: float | None = Field(default=None, gt=0)
    seed: int | None = None
    """Makes sampling repeatable."""
    stop: list[str] | None = None
    """Texts before which a reply ends."""
    logprobs: bool = False
    """Whether `response_metadata` holds the log-probability of each token."""
    top_logprobs: int | None = Field(default=None, ge=0)
    """How many alternatives are listed with each token's log-probability."""
    speculate: bool = True
    """Guess ahead by copying from the prompt; changes the speed, not the reply."""
    copy_arguments: bool | None = None
    """Whether tool arguments that are strings are copied from what was said, where they can be; None for
    where the model is not sure of its own words, see `llm.chat.copied_arguments`."""
    threads: int | None = Field(default=None, ge=1)
    """CPU threads; None leaves PyTorch's setting. The first instance of a folder decides."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_typos(cls, values: Any) -> Any:
        if isinstance(values, dict):
            values = {name: value for name, value in values.items() if name not in _TOLERATED}
            if "model_name" in values:  # what some remote chat models call it
                values.setdefault("model", values.pop("model_name"))
            refuse_unknown(values, [*cls.model_fields, "callbacks"])
        return values

    @property
    def engine(self) -> Engine:
        """The inference engine of the weights; the first use loads them, which takes a moment.

        Raises:
            WeightsError: The weights are missing or damaged.
        """
        return load_engine(find_weights(self.model), self.threads)

    @property
    def tool_engine(self) -> Engine:
        """The engine of the weights for tools; `engine` where these are the same.

        Raises:
            WeightsError: The weights are missing or damaged.
        """
        return load_engine(find_tool_weights(find_weights(self.model)), self.threads)

    @property
    def calibration(self) -> Calibration:
        """How the weights' decisions become probabilities, and the thresholds fitted for them.

        Read anew each time: a copy of this model may have other weights.
        """
        return Calibration.load(find_weights(self.model))

    @property
    def context_length(self) -> int:
        """Tokens that a prompt and its reply can have together."""
        from llm.model.config import ModelConfig

        return ModelConfig.load(find_weights(self.model)).max_position_embeddings

    def bind_spans(self, texts: Sequence[str]) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model held to reply with a non-empty span of whole words of one of the texts.

        Of a few spans that begin with different words it takes the one that is likeliest by the token.
        """
        return self.bind(spans=list(texts), branches=_BRANCHES)

    def bind_edits(
        self, text: str, spans_of: Sequence[str] = (), before: str = ""
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model held to reply with a text, little changed.

        The reply is the likeliest of the text as it is, the text with words left out, the text with a span
        of other texts put in (at most eight words, in place of at most two), and the question before it with
        a span of the text put in (in place of at most seven).

        Args:
            text: What is edited: a question of a few dozen words.
            spans_of: Texts that a span may come from.
            before: The question before; empty if there is none.
        """
        return self.bind(edited=text, edited_with=list(spans_of), asked_before=before)

    def bind_questions(self, text: str) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model held to reply with questions, one a line, that name nothing but what a text names.

        Args:
            text: What is divided into them. A name is a word that is not all small letters.
        """
        return self.bind(divided=text)

    def bind_choices(self, choices: Sequence[str]) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model held to reply with one of the choices.

        `response_metadata["choice_probabilities"]` of its replies holds the probability of each.
        """
        return self.bind(choices=list(choices))

    def choice_probabilities(
        self, conversations: Sequence[Sequence[BaseMessage]], choices: Sequence[str]
    ) -> list[dict[str, float]]:
        """Return the probability of each choice as the reply to each conversation.

        Args:
            conversations: Messages of each decision; all are decided in one batch.
            choices: The possible replies, the same for every decision.

        Returns:
            One dictionary a conversation, choice to probability; they sum to 1.

        Raises:
            ContextOverflowError: A conversation does not fit into the context.
            ValueError: There are no choices.
        """
        from llm.inference.decisions import tokens_scored
        from llm.tokenization.template import ChatTemplate

        if not choices or not all(choices):
            raise ValueError("a decision needs choices, and none may be empty")
        if not conversations:
            return []
        template = ChatTemplate(self.engine.tokenizer)
        prompts = [template.encode(to_template(conversation)) for conversation in conversations]
        encoded = self._encode_choices(choices)
        scores = self.engine.choice_logprobs(prompts, encoded).tolist()
        self._count_read(tokens_scored(prompts, encoded))
        calibration = self.calibration
        return [
            dict(zip(choices, calibration.probabilities(task_of(conversation), row), strict=True))
            for conversation, row in zip(conversations, scores, strict=True)
        ]

    def call_probabilities(self, messages: Sequence[BaseMessage], tools: Sequence[Any]) -> list[float]:
        """Return how likely the reply to a conversation calls each tool, were it the only one.

        Args:
            messages: The conversation.
            tools: Functions, pydantic classes, LangChain tools or OpenAI's dictionaries.

        Raises:
            ContextOverflowError: The conversation does not fit into the context together with a tool.
        """
        from llm.chat.tool_selection import call_probabilities, one_tool_prompts

        formatted = [to_tool(tool) for tool in tools]
        engine = self.tool_engine
        prompts = one_tool_prompts(engine, to_template(messages), formatted)
        self._count_read(sum(map(len, prompts)))
        return call_probabilities(engine, prompts, self.calibration) if prompts else []

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with tools that it may call; arguments fit their schema.

        A call that reaches the last token is brought to an end in time; where none is in sight (a pattern
        without anchors, a duration), it breaks off and is given as an invalid call.

        Args:
            tools: Functions, pydantic classes, LangChain tools or OpenAI's dictionaries.
            tool_choice: "auto" (the model decides, the default), "any" or "required", "none", or the
                name of the tool to call, also in OpenAI's dictionary.
            strict: Accepted for other models' sake: arguments are always held to their schema.
            kwargs: Further options of each call, such as `parallel_tool_calls=False`.

        Raises:
            ValueError: `tool_choice` names no tool.
        """
        from llm.chat.tool_calls import ToolChoice

        formatted = [to_tool(tool, strict) for tool in tools]
        ToolChoice.of(formatted, tool_choice)  # an unknown name is an error here, not at the first call
        return self.bind(tools=formatted, tool_choice=tool_choice, **kwargs)

    def bind_call(
        self, tool: dict[str, Any] | type | Callable[..., Any] | BaseTool, *, refused: Sequence[str]
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model held to call a tool once, with other words for those that the tool refused."""
        return self.bind_tools(
            [tool], tool_choice="any", parallel_tool_calls=False, refused_arguments=list(refused)
        )

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: StructuredOutputMethod = "function_calling",
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """Return the model held to replies of a schema, which come back parsed.

        Args:
            schema: A pydantic class, a TypedDict, a JSON Schema or an OpenAI tool.
            include_raw: Return `raw`, `parsed` and `parsing_error` instead of what was parsed.
            method: `function_calling` shows the schema to the model as a tool that it must call; the
                others hold the text of the reply to the schema, which the prompt then has to explain.
            kwargs: `strict` is accepted for other models' sake; anything else is an error.

        Raises:
            TypeError: There is no option of that name.
            ValueError: There is no method of that name.
        """
        refuse_unknown(kwargs, ["strict"])
        if method not in get_args(StructuredOutputMethod):
            raise ValueError(f"method={method!r} is none of {', '.join(get_args(StructuredOutputMethod))}")
        if method == "function_calling":
            return super().with_structured_output(schema, include_raw=include_raw)
        held = self.bind(
            response_format=schema,
            ls_structured_output_format={"kwargs": {"method": method}, "schema": schema},
        )
        parser = _parser(schema)
        if not include_raw:
            return held | parser
        parsed = RunnablePassthrough.assign(
            parsed=itemgetter("raw") | parser, parsing_error=RunnableLambda(lambda _: None)
        )
        failed = RunnablePassthrough.assign(parsed=RunnableLambda(lambda _: None))
        return RunnableMap(raw=held) | parsed.with_fallbacks([failed], exception_key="parsing_error")

    def get_token_ids(self, text: str) -> list[int]:
        """Return the tokens of a text."""
        return self.engine.tokenizer.encode(text)

    def get_num_tokens_from_messages(
        self, messages: Sequence[BaseMessage], tools: Sequence[Any] | None = None
    ) -> int:
        """Return the tokens of a conversation as a prompt, the markup of the template included."""
        from llm.tokenization.template import ChatTemplate

        formatted = [to_tool(tool) for tool in tools or ()]
        return len(ChatTemplate(self.engine.tokenizer).encode(to_template(messages), formatted))

    @property
    def _llm_type(self) -> str:
        return "homespun"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return self._defaults()

    def _resolve_model_profile(self) -> ModelProfile:
        return ModelProfile(
            max_input_tokens=self.context_length,
            text_inputs=True,
            text_outputs=True,
            tool_calling=True,
            tool_choice=True,
            structured_output=False,  # a schema that it is shown as a tool it fills in far better
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - LangChain's signature
        **kwargs: Any,
    ) -> ChatResult:
        request = self._request(messages, stop, kwargs)
        if request.options.choices is not None:
            return ChatResult(generations=[ChatGeneration(message=self._choose(messages, request))])
        return answer_whole(request)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = self._request(messages, stop, kwargs)
        if request.options.choices is not None:
            chunks = iter([choice_chunk(self._choose(messages, request))])
        else:
            chunks = stream_reply(request)
        for chunk in chunks:
            if run_manager is not None:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """Answer in a thread; a cancelled task ends the reply before its next token."""
        cancelled = kwargs.setdefault("cancelled", threading.Event())
        manager = run_manager.get_sync() if run_manager else None
        try:
            return await run_in_executor(None, self._generate, messages, stop, manager, **kwargs)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        """Stream from a thread; who stops reading ends the reply before its next token."""
        cancelled = kwargs.setdefault("cancelled", threading.Event())
        try:
            async for chunk in super()._astream(messages, stop, run_manager, **kwargs):
                yield chunk
        except (asyncio.CancelledError, GeneratorExit):
            cancelled.set()
            raise

    def _request(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, given: dict[str, Any]
    ) -> Request:
        options = Options.of({**self._defaults(), **({"stop": stop} if stop else {}), **given})
        folder = find_weights(options.model)
        is_about_tools = options.tools or task_of(messages) == TOOL_TASK
        weights = find_tool_weights(folder) if is_about_tools else folder
        engine = load_engine(weights, options.threads)
        return Request.of(engine, messages, options, Calibration.load(folder))

    def _choose(self, messages: list[BaseMessage], request: Request) -> AIMessage:
        model = request.options.model
        chooser = self if model == self.model else ChatHomespun(model=model)
        probabilities = chooser.choice_probabilities([messages], request.options.choices or ())[0]
        return choice_message(request, probabilities)

    def _defaults(self) -> dict[str, Any]:
        names = self.__class__.model_fields.keys() & {*Options.__dataclass_fields__}
        return {name: value for name in sorted(names) if (value := getattr(self, name)) is not None}

    def _count_read(self, tokens: int) -> None:
        """Take note of the tokens that were read to decide; here nobody asks."""

    def _encode_choices(self, choices: Sequence[str]) -> list[list[int]]:
        """Encode the choices; their end counts where one choice begins another."""
        tokenizer = self.engine.tokenizer
        encoded = [tokenizer.encode(open_text(choice)) for choice in choices]
        is_ambiguous = any(
            one is not other and other[: len(one)] == one for one in encoded for other in encoded
        )
        return [[*tokens, tokenizer.end_id] for tokens in encoded] if is_ambiguous else encoded


def _parser(schema: dict[str, Any] | type) -> BaseOutputParser[Any]:
    if is_pydantic_class(schema):
        return PydanticOutputParser(pydantic_object=schema)
    return JsonOutputParser()
