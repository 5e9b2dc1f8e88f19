"""Calls whose strings are written or copied, each for itself."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import jsonschema
import pytest
import torch
from torch import Tensor

from graphs.ports import CopyingModel
from llm.chat import copied_arguments
from llm.chat.chat_model import ChatHomespun
from llm.chat.copied_arguments import CallWriter, CopySource
from llm.chat.string_arguments import string_arguments
from llm.inference.engine import Engine
from llm.inference.generation import Completion
from llm.inference.sampling import GenerationSettings
from llm.inference.schemas import close_schema
from llm.tokenization.opening import close_strings
from llm.tokenization.special_tokens import TOOL_CALL
from llm.tokenization.tokenizer import Tokenizer

SAID = ["Tell me about Norway.", "Norway lies in the north of Europe!"]
FREE = {"type": "string"}


def tool(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    names = list(properties) if required is None else required
    parameters = {"type": "object", "properties": properties, "required": names}
    return {"type": "function", "function": {"name": "visit", "description": "Go.", "parameters": parameters}}


VISIT = tool({"city": FREE})


def write(
    engine: Engine,
    called: dict[str, Any] = VISIT,
    said: list[str] = SAID,
    *,
    is_forced: bool = False,
    parallel: bool = False,
    refused: Sequence[str] = (),
    **settings: Any,
) -> Completion:
    held = engine.constraints.tool_calls([called], required=True, parallel=parallel)
    source = CopySource(called, said, is_forced, frozenset(refused))
    prompt = engine.tokenizer.encode("Where?")
    return CallWriter(engine, prompt, GenerationSettings(**settings), held, source).complete()


def arguments(completion: Completion) -> dict[str, Any]:
    [call] = calls(completion)
    return call


def calls(completion: Completion) -> list[dict[str, Any]]:
    texts = completion.text.split(TOOL_CALL)[1:] or [completion.text]
    return [close_strings(json.loads(text)["arguments"]) for text in texts]


def free_call(engine: Engine, called: dict[str, Any] = VISIT) -> dict[str, Any]:
    held = engine.constraints.tool_calls([called], required=True, parallel=False)
    return arguments(engine.complete(engine.tokenizer.encode("Where?"), GenerationSettings(), held))


@pytest.mark.parametrize(
    ("sure", "lead", "is_copied"),
    [
        (-copied_arguments.SURE + 0.1, 1.0, False),
        (-copied_arguments.SURE + 0.1, -1.0, True),
        (-copied_arguments.SURE - 0.1, 1.0, True),
    ],
)
def test_what_the_model_is_sure_of_and_finds_likelier_stands(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, sure: float, lead: float, is_copied: bool
) -> None:
    written, score = free_call(engine)["city"], engine.choice_logprobs

    def choice_logprobs(prompts: Any, choices: Any, among: Any = ()) -> Tensor:
        if among:
            return torch.tensor([[lead] + [0.0] * (len(choices) - 1)])
        return torch.tensor([[sure]]) if len(choices) == 1 else score(prompts, choices)

    monkeypatch.setattr(engine, "choice_logprobs", choice_logprobs)
    city = arguments(write(engine))["city"]
    assert any(city in said for said in SAID) is is_copied
    assert (city == written) is not is_copied


def test_all_that_can_be_copied_is_copied_where_that_is_asked_for(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copied_arguments, "SURE", math.inf)
    called = tool({"city": FREE, "days": {"type": "integer"}, "note": FREE, "unit": {"enum": ["C", "F"]}})
    made = arguments(write(engine, called, is_forced=True))
    jsonschema.validate(made, close_schema(called["function"]["parameters"]))
    assert all(any(made[name] in said for said in SAID) for name in ("city", "note"))


def test_each_argument_is_decided_for_itself(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    called = tool({"city": FREE, "note": FREE})
    decided: list[str] = []
    better_copy = CallWriter._better_copy

    def only_notes(self: CallWriter, argument: Any, copying: Any) -> list[int] | None:
        decided.append(argument.name)
        return better_copy(self, argument, copying) if argument.name == "note" else None

    monkeypatch.setattr(CallWriter, "_better_copy", only_notes)
    made = arguments(write(engine, called, is_forced=True))
    assert decided == ["city", "note"]
    assert made["city"] == free_call(engine, called)["city"]
    assert any(made["note"] in said for said in SAID)


def test_letters_of_other_scripts_are_copied_however_unlikely_they_are(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copied_arguments, "SURE", math.inf)
    monkeypatch.setattr(copied_arguments, "per_token", lambda sums, replies: sums * 0)
    assert arguments(write(engine, said=["你好啊集团"]))["city"] in "你好啊集团"


def test_the_best_of_several_copies_is_taken(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copied_arguments, "COPIES", 1)
    greedy = write(engine, is_forced=True)
    monkeypatch.setattr(copied_arguments, "COPIES", 16)
    best = write(engine, is_forced=True)
    prompt, among = engine.tokenizer.encode("Where?"), list(range(engine.tokenizer.vocabulary_size))
    replies = [[token.id for token in one.tokens] for one in (greedy, best)]
    scores = copied_arguments.per_token(engine.choice_logprobs([prompt], replies, among)[0], replies)
    assert scores[1] >= scores[0] or arguments(greedy) == arguments(best)


def test_every_call_of_several_is_copied(engine: Engine) -> None:
    made = calls(write(engine, is_forced=True, parallel=True, max_tokens=60))
    assert made
    assert all(any(call["city"] in said for said in SAID) for call in made)


def test_all_that_was_read_and_written_for_a_call_is_counted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, written = [len(engine.tokenizer.encode("Where?"))], []
    score, together, alone = engine.choice_logprobs, engine.complete_batch, engine.complete

    def choice_logprobs(prompts: Any, choices: Any, *among: Any) -> Tensor:
        read.extend([*map(len, prompts), *(len(choice) - 1 for choice in choices)])
        return score(prompts, choices, *among)

    def complete_batch(prompts: Any, *asked: Any) -> list[Completion]:
        read.extend({tuple(prompt): len(prompt) for prompt in prompts}.values())
        completions = together(prompts, *asked)
        written.extend(one.finish.output_tokens for one in completions)
        return completions

    def complete(*asked: Any) -> Completion:
        completion = alone(*asked)
        written.append(completion.finish.output_tokens)
        return completion

    monkeypatch.setattr(engine, "choice_logprobs", choice_logprobs)
    monkeypatch.setattr(engine, "complete_batch", complete_batch)
    monkeypatch.setattr(engine, "complete", complete)
    finish = write(engine, is_forced=True).finish
    assert len(written) > 2
    assert finish.prompt_tokens + finish.also_read == sum(read)
    assert finish.output_tokens + finish.also_written == sum(written)


def test_a_call_without_strings_costs_nothing_more(engine: Engine) -> None:
    finish = write(engine, tool({"days": {"type": "integer"}})).finish
    assert (finish.also_read, finish.also_written) == (0, 0)


def test_a_copy_that_leaves_no_room_for_the_rest_is_not_taken(engine: Engine) -> None:
    called = tool({"city": FREE, "note": FREE})
    long = [" ".join(f"word{number}" for number in range(200))]
    made = write(engine, called, long, is_forced=True, max_tokens=48)
    jsonschema.validate(arguments(made), called["function"]["parameters"])


@pytest.mark.parametrize("max_tokens", [1, 12, 24, 40])
def test_a_call_that_is_cut_short_is_still_a_beginning_of_one(engine: Engine, max_tokens: int) -> None:
    cut = write(engine, is_forced=True, max_tokens=max_tokens)
    assert len(cut.tokens) <= max_tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"name":"visit","arguments":{"city":" Oslo"}}', [("city", " Oslo")]),
        ('{"name":"visit","arguments":{"a":" x y","n":3,"b":" z"}}', [("a", " x y"), ("b", " z")]),
        ('{"name":"visit","arguments":{"a":" 東京 \\" x"}}', [("a", ' 東京 \\" x')]),
        ('{"name":"visit","arguments":{"a":[" x"],"b":{"c":" y"},"d":" z"}}', [("d", " z")]),
        ('{"name":"visit","arguments":{}}', []),
        ('{"name":"visit","arguments":{"a":" x', []),
        ('{"name":"vis', []),
    ],
)
def test_the_strings_of_a_call_are_found(
    tokenizer: Tokenizer, text: str, found: list[tuple[str, str]]
) -> None:
    once = [tokenizer.special_ids[TOOL_CALL], *tokenizer.encode(text)]
    for reply, expected in ((once, found), (once + once, found + found)):
        read = [(one.name, tokenizer.decode(one.content)) for one in string_arguments(tokenizer, reply)]
        assert [name for name, _ in read] == [name for name, _ in expected]
        for (_, held), (_, content) in zip(read, expected, strict=True):
            assert held.startswith(f'{content}"')
            assert held[len(content) :].strip('"},') == ""


def test_a_caller_may_choose_between_written_and_copied_arguments(chat: ChatHomespun) -> None:
    bound = {how: chat.bind_tools([VISIT], tool_choice="any", copy_arguments=how) for how in (True, False)}
    cities = {how: bound[how].invoke(SAID[1]).tool_calls[0]["args"]["city"] for how in bound}
    assert cities[True] in SAID[1]
    assert cities[False] not in SAID[1]


def test_calls_that_are_drawn_by_chance_are_written_unless_copies_are_asked_for(chat: ChatHomespun) -> None:
    drawn = chat.bind_tools([VISIT], tool_choice="any", temperature=1.0, seed=1)
    copied = chat.bind_tools([VISIT], tool_choice="any", temperature=1.0, seed=1, copy_arguments=True)
    assert drawn.invoke(SAID[1]).tool_calls[0]["args"]["city"] not in SAID[1]
    assert copied.invoke(SAID[1]).tool_calls[0]["args"]["city"] in SAID[1]


def test_what_a_tool_refused_is_not_tried_again(chat: ChatHomespun) -> None:
    assert isinstance(chat, CopyingModel)
    tried: list[str] = []
    for _ in range(3):
        [call] = chat.bind_call(VISIT, refused=tried).invoke(SAID[1]).tool_calls
        assert call["name"] == "visit"
        assert call["args"]["city"] not in tried
        assert not tried or call["args"]["city"] in SAID[1]
        tried.append(call["args"]["city"])


def test_what_was_not_refused_is_decided_as_ever(engine: Engine) -> None:
    called = tool({"city": FREE, "note": FREE})
    first = arguments(write(engine, called))
    assert arguments(write(engine, called, refused=["Bergen"])) == first
    assert arguments(write(engine, called, refused=[first["note"]]))["note"] != first["note"]


def test_after_a_refusal_more_copies_are_weighed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []
    together = engine.complete_batch

    def complete_batch(prompts: Any, *asked: Any) -> list[Completion]:
        counts.append(len(prompts))
        return together(prompts, *asked)

    monkeypatch.setattr(engine, "complete_batch", complete_batch)
    [city] = arguments(write(engine)).values()
    write(engine, refused=["Oslo"])
    assert counts == [copied_arguments.COPIES] * 2
    write(engine, refused=[city])
    assert copied_arguments.MORE_COPIES >= counts[-1] > counts[-2] == copied_arguments.COPIES


def test_where_all_copies_were_refused_what_is_written_stands(engine: Engine) -> None:
    assert arguments(write(engine, said=["Oslo"], refused=["Oslo"])) == free_call(engine)


def test_a_copy_that_the_schema_does_not_allow_is_not_taken(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CallWriter, "_copies", lambda *_: [engine.tokenizer.encode(' Norway","')])
    assert arguments(write(engine, is_forced=True)) == free_call(engine)


def write_one_of(engine: Engine, city: list[str], said: str) -> str:
    """Return what stands where the model writes one of the texts, sure of it as it is."""
    held = engine.constraints.tool_calls([tool({"city": {"enum": city}})], required=True, parallel=False)
    prompt, source = engine.tokenizer.encode("Where?"), CopySource(VISIT, [said])
    made = CallWriter(engine, prompt, GenerationSettings(), held, source).complete()
    return str(arguments(made)["city"])


@pytest.mark.parametrize(
    ("said", "written", "stands"),
    [
        ("the ab norm", ["ab", "the ab-norm"], True),
        ("the ab-norm", ["ab", "the ab-norm"], False),
        ("at 5:30 pm", ["16:30", "17:30"], False),
        ("at 4:30 pm", ["16:30", "17:30"], True),
        ("in Oslo", ["16:30", "17:30"], True),
    ],
)
def test_a_part_of_a_name_and_a_time_that_was_not_said_do_not_stand(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, said: str, written: list[str], stands: bool
) -> None:
    monkeypatch.setattr(copied_arguments, "SURE", math.inf)
    monkeypatch.setattr(copied_arguments, "per_token", lambda sums, replies: sums - 100)
    first = free_call(engine, tool({"city": {"enum": written}}))["city"]
    assert first == written[0]
    assert write_one_of(engine, written, said) == written[not stands]
