from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Literal

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.outputs import ChatResult
from langchain_core.tools import tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.errors import GraphRecursionError
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.ports import ChoiceModel, QuestionModel, SpanModel
from llm import ChatHomespun
from llm.calibration import CALIBRATION_FILE
from llm.errors import ConstraintError, ContextOverflowError, RequestError, WeightsError
from llm.inference.attention import BLOCK


def get_weather(city: str, days: int = 1) -> str:
    """Weather of a city."""
    return f"{city} {days}"


def get_time() -> str:
    """Time of day."""
    return "noon"


class Joke(BaseModel):
    setup: str
    punchline: str


class Tree(BaseModel):
    """A tree and the trees that grow out of it."""

    height: int
    kinds: set[Literal["oak", "elm"]] = Field(max_length=2)
    children: list[Tree] = Field(max_length=1)


def plant(tree: Tree) -> str:
    """Plant a tree."""
    return f"{tree.height} m"


class JokeDictionary(TypedDict):
    setup: str
    punchline: str


def join(chunks: list[Any]) -> AIMessageChunk:
    total = chunks[0]
    for chunk in chunks[1:]:
        total += chunk
    assert isinstance(total, AIMessageChunk)
    return total


def test_stream_joins_to_the_invoked_reply(chat: ChatHomespun) -> None:
    chunks = list(chat.stream("Hello"))
    whole = chat.invoke("Hello")
    joined = join(chunks)
    assert joined.content == whole.content
    assert len(chunks) > 3
    assert joined.usage_metadata is not None
    assert whole.usage_metadata is not None
    assert joined.usage_metadata["output_tokens"] == whole.usage_metadata["output_tokens"] == 64
    assert joined.response_metadata["finish_reason"] == "length"


def test_usage_counts_what_was_read_before(chat: ChatHomespun) -> None:
    text = "A sentence that no other test sends to the model, number 4711."
    first, second = chat.invoke(text).usage_metadata, chat.invoke(text).usage_metadata
    assert first is not None
    assert second is not None
    assert first["input_token_details"]["cache_read"] < first["input_tokens"] / 2
    # Whole blocks are read again as they were read before; the last token always is.
    assert second["input_token_details"]["cache_read"] >= second["input_tokens"] - BLOCK


@pytest.mark.parametrize("choice", ["any", "required", True, "get_weather", {"name": "get_weather"}])
def test_a_required_call_is_made_and_fits_its_schema(chat: ChatHomespun, choice: Any) -> None:
    reply = chat.bind_tools([get_weather, get_time], tool_choice=choice).invoke("Weather?")
    assert reply.tool_calls
    assert not reply.invalid_tool_calls
    for call in reply.tool_calls:
        if call["name"] == "get_weather":
            assert isinstance(call["args"]["city"], str)
            assert call["args"].keys() <= {"city", "days"}
        else:
            assert (call["name"], call["args"]) == ("get_time", {})


def test_a_named_tool_is_the_one_called(chat: ChatHomespun) -> None:
    choice = {"type": "function", "function": {"name": "get_time"}}
    reply = chat.bind_tools([get_weather, get_time], tool_choice=choice, parallel_tool_calls=False).invoke(
        "?"
    )
    assert [call["name"] for call in reply.tool_calls] == ["get_time"]
    assert reply.content == ""
    assert reply.response_metadata["finish_reason"] == "tool_calls"


def test_tool_choice_none_forbids_calls(chat: ChatHomespun) -> None:
    reply = chat.bind_tools([get_weather], tool_choice="none").invoke("Weather?", temperature=1.0, seed=1)
    assert not reply.tool_calls
    assert reply.content


def test_an_unknown_tool_choice_names_the_tools(chat: ChatHomespun) -> None:
    with pytest.raises(RequestError, match="get_weather"):
        chat.bind_tools([get_weather], tool_choice="get_wether")


def test_a_tool_of_another_service_is_refused(chat: ChatHomespun) -> None:
    with pytest.raises(ValueError, match=r"'web_search'.* is a tool of another service"):
        chat.bind_tools([{"type": "web_search"}])


def test_calls_stream_in_pieces_that_join(chat: ChatHomespun) -> None:
    bound = chat.bind_tools([get_weather], tool_choice="any", parallel_tool_calls=False)
    whole, chunks = bound.invoke("Weather?"), list(bound.stream("Weather?"))
    joined = join(chunks)
    assert sum(bool(chunk.tool_call_chunks) for chunk in chunks) > 2
    assert joined.tool_calls[0]["name"] == "get_weather"
    assert joined.tool_calls[0]["args"] == whole.tool_calls[0]["args"]


@pytest.mark.parametrize("method", ["function_calling", "json_schema"])
def test_a_class_that_holds_itself_and_a_set_is_kept_to(chat: ChatHomespun, method: Any) -> None:
    for seed in range(5):
        structured = chat.bind(temperature=1.5, seed=seed).with_structured_output(Tree, method=method)
        assert isinstance(structured.invoke("Which tree?"), Tree)


def test_a_tool_may_take_a_class_that_holds_itself(chat: ChatHomespun) -> None:
    bound = chat.bind_tools([tool(plant)], tool_choice="any", parallel_tool_calls=False)
    for seed in range(5):
        [call] = bound.invoke("Plant it", temperature=1.5, seed=seed).tool_calls
        assert Tree.model_validate(call["args"]["tree"])


def test_what_no_grammar_can_see_to_is_named_with_what_to_do(chat: ChatHomespun) -> None:
    schema = {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}
    with pytest.raises(ConstraintError, match=r"uniqueItems.*leave them out of the schema"):
        chat.invoke("Which numbers?", response_format=schema)


@pytest.mark.parametrize("method", ["function_calling", "json_schema", "json_mode"])
@pytest.mark.parametrize("schema", [Joke, JokeDictionary, Joke.model_json_schema()])
def test_structured_output_is_parsed(chat: ChatHomespun, schema: Any, method: Any) -> None:
    structured = chat.with_structured_output(schema, method=method)
    parsed = structured.invoke("A joke")
    content = parsed.model_dump() if isinstance(parsed, BaseModel) else parsed
    assert isinstance(parsed, Joke) == (schema is Joke)
    assert content.keys() == {"setup", "punchline"}


def test_structured_output_keeps_the_raw_reply(chat: ChatHomespun) -> None:
    result = chat.with_structured_output(Joke, method="json_schema", include_raw=True).invoke("A joke")
    assert isinstance(result, dict)
    assert isinstance(result["raw"], AIMessage)
    assert result["parsed"] == Joke.model_validate_json(result["raw"].text)
    assert result["parsing_error"] is None


@pytest.mark.parametrize(
    "response_format",
    [
        {"type": "string", "enum": ["yes", "no"]},
        {"title": "Verdict", "enum": ["yes", "no"]},
        {"$ref": "#/$defs/verdict", "$defs": {"verdict": {"enum": ["yes", "no"]}}},
        {"type": "json_schema", "json_schema": {"schema": {"enum": ["yes", "no"]}}},
    ],
)
def test_a_plain_schema_holds_the_reply(chat: ChatHomespun, response_format: dict[str, Any]) -> None:
    reply = chat.invoke("Is it so?", temperature=1.5, seed=1, response_format=response_format)
    assert json.loads(reply.text) in ("yes", "no")


def test_strings_of_a_structure_are_opened_for_the_model_alone(chat: ChatHomespun) -> None:
    schema = {"type": "object", "properties": {"a": {"enum": ["x y"]}}, "required": ["a"]}
    reply = chat.invoke("Which letters?", response_format=schema, logprobs=True)
    written = "".join(score["token"] for score in reply.response_metadata["logprobs"]["content"])
    assert (written, reply.text) == (' {"a":" x y"}', '{"a":"x y"}')
    assert (
        "".join(chunk.text for chunk in chat.stream("Which letters?", response_format=schema)) == reply.text
    )


def test_a_tool_holds_the_reply_to_its_arguments(chat: ChatHomespun) -> None:
    tool = {"name": "answer", "parameters": Joke.model_json_schema()}
    for response_format in (tool, {"type": "function", "function": tool}):
        assert Joke.model_validate_json(chat.invoke("A joke", response_format=response_format).text)


def test_a_call_comes_before_a_structure(chat: ChatHomespun) -> None:
    bound = chat.bind_tools([get_weather], response_format=Joke)
    called = bound.invoke("A joke about the weather of Oslo", tool_choice="any")
    assert {call["name"] for call in called.tool_calls} == {"get_weather"}
    assert called.text == ""
    held = bound.invoke("A joke about the weather of Oslo", tool_choice="none")
    assert held.tool_calls == []
    assert Joke.model_validate_json(held.text)


def test_an_agent_with_a_structure_is_shown_it_as_a_tool(
    chat: ChatHomespun, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []
    bind_tools = ChatHomespun.bind_tools

    def look(self: ChatHomespun, tools: Any, **options: Any) -> Any:
        offered.extend(convert_to_openai_tool(tool)["function"]["name"] for tool in tools)
        return bind_tools(self, tools, **options)

    monkeypatch.setattr(ChatHomespun, "bind_tools", look)
    agent = create_agent(chat, [get_weather], response_format=Joke)
    with contextlib.suppress(GraphRecursionError):  # random weights may never call the right one
        agent.invoke({"messages": [HumanMessage("Hello")]}, {"recursion_limit": 4})
    assert offered[:2] == ["get_weather", "Joke"]


def test_structured_output_refuses_what_it_does_not_know(chat: ChatHomespun) -> None:
    with pytest.raises(ValueError, match="'yaml' is none of function_calling, json_schema, json_mode"):
        chat.with_structured_output(Joke, method="yaml")  # type: ignore[arg-type]  # the mistake is the test
    with pytest.raises(TypeError, match="did you mean 'strict'"):
        chat.with_structured_output(Joke, method="json_schema", strickt=True)


def test_a_span_stands_in_a_passage(chat: ChatHomespun) -> None:
    passages = ["The capital of Norway is Oslo, a city.", "東京 is a city, too.\nIt is large."]
    for seed in range(20):
        reply = chat.bind_spans(passages).invoke("?", temperature=1.5, seed=seed)
        assert reply.text.strip() == reply.text != ""
        assert any(reply.text in passage for passage in passages)


def test_spans_of_nothing_are_refused(chat: ChatHomespun) -> None:
    with pytest.raises(ConstraintError, match="passage"):
        chat.bind_spans(["  "]).invoke("?")


def test_questions_name_what_they_divide(chat: ChatHomespun) -> None:
    for seed in range(5):
        reply = chat.bind_questions("Who led Kralem?").invoke("?", temperature=1.5, seed=seed)
        assert all(line.endswith("?") for line in reply.text.splitlines())


def test_choice_probabilities_sum_to_one_and_do_not_depend_on_the_batch(chat: ChatHomespun) -> None:
    conversations = [[HumanMessage("word " * length)] for length in (1, 30, 7)]
    together = chat.choice_probabilities(conversations, ["yes", "no", "documents of Oslo"])
    alone = [chat.choice_probabilities([one], ["yes", "no", "documents of Oslo"])[0] for one in conversations]
    for one, other in zip(together, alone, strict=True):
        assert sum(one.values()) == pytest.approx(1)
        assert one == pytest.approx(other, abs=1e-5)


def test_calibration_softens_the_task_it_names(weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "calibrated"
    folder.mkdir()
    for file in weights.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / "calibration.json").write_text(
        json.dumps({"temperature": {"grade": 1e6}, "bias": {"check": 50}})
    )
    chat = ChatHomespun(model=str(folder))
    graded, checked, plain = chat.choice_probabilities(
        [[SystemMessage("x", name="grade")], [SystemMessage("x", name="check")], [HumanMessage("x")]],
        ["no", "yes"],
    )
    assert graded["no"] == pytest.approx(0.5, abs=1e-3)
    assert checked["no"] == pytest.approx(1.0)
    assert abs(plain["no"] - 0.5) > 0.01
    other = ChatHomespun(model=str(weights)).bind_choices(["no", "yes"])
    reply = other.invoke([SystemMessage("x", name="grade")], model=str(folder))
    assert reply.response_metadata["choice_probabilities"] == pytest.approx(graded)


def test_bound_choices_report_their_probabilities(chat: ChatHomespun) -> None:
    reply = chat.bind_choices(["yes", "no"]).invoke("?")
    probabilities = reply.response_metadata["choice_probabilities"]
    assert reply.content == max(probabilities, key=probabilities.get)
    assert [chunk.content for chunk in chat.bind_choices(["yes", "no"]).stream("?")] == [reply.content]


def test_it_is_the_model_that_the_graphs_look_for(chat: ChatHomespun) -> None:
    assert isinstance(chat, ChoiceModel)
    assert isinstance(chat, SpanModel)
    assert isinstance(chat, QuestionModel)


def test_an_overlong_prompt_is_refused_with_both_counts(chat: ChatHomespun) -> None:
    with pytest.raises(ContextOverflowError, match=r"\d{4} tokens but the model reads at most 512"):
        chat.invoke("Hello " * 1000)
    with pytest.raises(ContextOverflowError):
        chat.choice_probabilities([[HumanMessage("Hello " * 1000)]], ["yes", "no"])


def test_missing_weights_are_named() -> None:
    with pytest.raises(WeightsError, match=r"no-such-model.*looked for in .*: restore .*shipped: "):
        ChatHomespun(model="no-such-model").invoke("Hello")


def test_typos_in_options_name_the_nearest(chat: ChatHomespun) -> None:
    with pytest.raises(TypeError, match="did you mean 'temperature'"):
        ChatHomespun(temprature=1.0)  # type: ignore[call-arg]  # the misspelling is the test
    with pytest.raises(TypeError, match="did you mean 'max_tokens'"):
        chat.invoke("Hello", max_token=3)


def test_logprobs_are_reported_for_every_token(chat: ChatHomespun) -> None:
    reply = chat.invoke("Hello", logprobs=True, top_logprobs=2, max_tokens=5)
    scores = reply.response_metadata["logprobs"]["content"]
    assert len(scores) == 5
    for score in scores:
        assert score["logprob"] <= score["top_logprobs"][0]["logprob"] + 1e-6 <= 1e-6
    streamed = join(list(chat.stream("Hello", logprobs=True, max_tokens=5)))
    assert [s["token"] for s in streamed.response_metadata["logprobs"]["content"]] == [
        s["token"] for s in scores
    ]


def test_the_opening_space_is_no_stop_string(chat: ChatHomespun) -> None:
    whole = chat.invoke("Hello")
    assert chat.invoke("Hello", stop=[" "]).text == whole.text.split(" ")[0]


def test_a_copy_with_other_weights_has_their_calibration(weights: Path, tmp_path: Path) -> None:
    shutil.copytree(weights, tmp_path / "other")
    chat = ChatHomespun(model=str(weights))
    assert chat.calibration.thresholds == {}
    (tmp_path / "other" / CALIBRATION_FILE).write_text('{"thresholds": {"call": 0.25}}')
    copy = chat.model_copy(update={"model": str(tmp_path / "other")})
    assert copy.calibration.thresholds == {"call": 0.25}


def test_the_weights_may_be_named_as_remote_models_are(weights: Path) -> None:
    assert ChatHomespun(model_name=str(weights)).model == str(weights)


def test_halves_of_characters_are_replaced(chat: ChatHomespun) -> None:
    assert chat.bind_spans(["\ud800 abc"]).invoke("What? \ud83d").text


def test_stop_strings_end_the_reply_before_them(chat: ChatHomespun) -> None:
    text = str(chat.invoke("Hello").content)
    stop = text[10:13]
    reply = chat.invoke("Hello", stop=[stop])
    assert reply.content == text[: text.index(stop)]
    assert reply.response_metadata["finish_reason"] == "stop"
    assert chat.invoke("Hello", stop=stop).content == reply.content  # type: ignore[arg-type]  # as OpenAI's


def test_images_are_refused_by_name(chat: ChatHomespun) -> None:
    block = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    with pytest.raises(RequestError, match="image_url"):
        chat.invoke([HumanMessage([block])])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"response_format": {"type": "json_schema"}}, "holds no schema"),
        ({"response_format": {"toolSpec": 1}}, "is no schema"),
        ({"response_format": []}, "is no schema"),
        ({"stop": [""]}, "stop="),
        ({"top_p": 2}, "top_p=2"),
        ({"tools": [{"type": "web_search"}]}, "another service"),
    ],
)
def test_what_no_model_can_do_is_told_apart_from_mistakes(
    chat: ChatHomespun, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        chat.invoke("Hello", **options)


async def test_a_cancelled_task_stops_the_reply(chat: ChatHomespun, monkeypatch: pytest.MonkeyPatch) -> None:
    started, cancelled = threading.Event(), threading.Event()
    generate = ChatHomespun._generate

    def begin(self: ChatHomespun, *given: Any, **options: Any) -> ChatResult:
        started.set()
        assert cancelled.wait(60)
        return generate(self, *given, **options)

    monkeypatch.setattr(ChatHomespun, "_generate", begin)
    task = asyncio.create_task(chat.ainvoke("Hello", max_tokens=400, cancelled=cancelled))
    assert await asyncio.to_thread(started.wait, 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled.is_set()


async def test_a_reply_that_nobody_reads_on_ends(chat: ChatHomespun) -> None:
    cancelled = threading.Event()
    stream = chat.astream("Hello", max_tokens=400, cancelled=cancelled)
    assert isinstance(stream, AsyncGenerator)
    await anext(stream)
    await stream.aclose()
    assert cancelled.is_set()
    finished = threading.Event()
    async for _ in chat.astream("Hello", cancelled=finished):
        pass
    assert not finished.is_set()


def test_a_set_event_ends_the_reply_early(chat: ChatHomespun) -> None:
    cancelled = threading.Event()
    pieces = []
    for chunk in chat.stream("Hello", cancelled=cancelled):
        pieces.append(chunk)
        if len(pieces) == 3:
            cancelled.set()
    assert pieces[-1].response_metadata["finish_reason"] == "cancelled"
    assert len(pieces) < 10


async def test_asynchronous_replies_are_the_same(chat: ChatHomespun) -> None:
    reply = await chat.ainvoke("Hello")
    streamed = [chunk.content async for chunk in chat.astream("Hello")]
    assert reply.content == chat.invoke("Hello").content == "".join(map(str, streamed))


def test_tokens_are_counted_by_the_models_own_tokenizer(chat: ChatHomespun) -> None:
    usage = chat.invoke("Hello there").usage_metadata
    assert usage is not None
    assert chat.get_num_tokens_from_messages([HumanMessage("Hello there")]) + 1 == usage["input_tokens"] + 1
    assert chat.get_num_tokens("Hello there") < usage["input_tokens"]
