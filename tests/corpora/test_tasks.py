"""Examples hold what they claim: quotations are verbatim, answers stand in them, choices are known."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolCall, ToolMessage

from corpora.build import Table, write_tasks
from corpora.example import Example
from corpora.passages import find_span, windows
from corpora.tasks import conversation, tool
from corpora.tasks.reading import Reading, ReadingTasks, relevance_examples
from corpora.worlds import stories
from corpora.worlds.requests import requests
from graphs import prompts
from graphs.sentences import sentences
from llm.tokenization.tokenizer import train_tokenizer
from llm.training.sequences import SequenceSet

ROW: dict[str, Any] = {
    "id": "1",
    "source": "test-well",
    "passage": "The bridge was opened in 1932. It was designed by John Bradfield. Tolls are paid in coins.",
    "question": "Who designed the bridge?",
    "answers": ["John Bradfield"],
    "answerable": True,
    "extractive": True,
}


@pytest.fixture(scope="module")
def invented() -> list[Example]:
    return list(ReadingTasks(list(stories.readings(300, seed=5)), seed=5).build())


def prompt_of(example: Example) -> str:
    return example.messages[1].text


def test_stories_are_the_same_for_the_same_seed() -> None:
    first, again, other = (list(stories.readings(50, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_story_answers_what_it_says_it_answers() -> None:
    readings = list(stories.readings(400, seed=3))
    for reading in readings:
        assert all(answer in reading.passage for answer in reading.answers)
    assert 0.15 < sum(not reading.answers for reading in readings) / len(readings) < 0.5


def test_every_reading_task_is_built(invented: list[Example]) -> None:
    replies = {(item.task, item.messages[-1].text) for item in invented if item.task in ("grade", "check")}
    assert replies == {(task, reply) for task in ("grade", "check") for reply in ("yes", "no")}
    assert {item.task for item in invented} == {"grade", "check", "quote", "answer"}


def test_quotations_are_whole_sentences_of_their_passages(invented: list[Example]) -> None:
    quotes = [item for item in invented if item.task == "quote"]
    for item in quotes:
        quotation = item.messages[-1].text
        assert quotation in prompt_of(item)
        assert sentences(quotation) == [(0, len(quotation))]


def test_answers_are_spans_of_their_quotation(invented: list[Example]) -> None:
    for item in (item for item in invented if item.task == "answer"):
        quotation = prompt_of(item).split("\nQuestion: ")[0]
        assert item.messages[-1].text in quotation


def test_a_distractor_never_holds_the_answer() -> None:
    readings = [reading for reading in stories.readings(300, seed=9) if reading.answers]
    tasks = ReadingTasks(readings, seed=9)
    answers = {(reading.question, reading.answers[0]) for reading in readings}
    for item in tasks.build():
        if item.task == "grade" and item.messages[-1].text == prompts.NO:
            question, passage = prompt_of(item).removeprefix("Question: ").split("\n\n", 1)
            expected = [answer for asked, answer in answers if asked == question]
            assert not all(find_span(passage, answer) for answer in expected)


def test_examples_are_what_the_graphs_send() -> None:
    reading = Reading.from_row(ROW)
    assert reading is not None
    assert reading.support == "It was designed by John Bradfield."
    built = {item.task: item for item in ReadingTasks([reading], seed=0).build()}
    expected = prompts.answer("Who designed the bridge?", "It was designed by John Bradfield.")
    assert built["answer"].messages == [*expected, AIMessage("John Bradfield")]


def test_a_row_whose_answer_is_not_in_the_passage_is_left_out() -> None:
    assert Reading.from_row({**ROW, "answers": ["Dorman Long"]}) is None


@pytest.mark.parametrize(
    ("text", "words", "span"),
    [
        ("I know no one.", "no", "no"),
        ("They know.", "no", None),
        ("In 1995 there were 5.", "5", "5"),
        ("In 1995.", "5", None),
        ("A Prussian.", "Prussia", None),
        ("In East\nPrussia.", "East Prussia", "East\nPrussia"),
        ("Call f(x)y.", "(x)", "(x)"),
        ("It fell to -5%.", "-5%", "-5%"),
        ("Any text.", " ", None),
    ],
)
def test_a_span_begins_and_ends_where_words_do(text: str, words: str, span: str | None) -> None:
    assert find_span(text, words) == span


def test_the_support_says_the_answer_as_a_word() -> None:
    passage = "In Prussian times 1995 bridges stood in it. Few stand in Prussia."
    reading = Reading("w", "Where stood the bridges in Prussian times?", passage, ("Prussia",))
    assert reading.support == "Few stand in Prussia."


def test_relevance_takes_as_many_wrong_as_right() -> None:
    row = {"source": "w", "question": "q?", "candidates": ["a", "b", "c", "d"], "relevant": [2]}
    built = list(relevance_examples(row, random.Random(0)))
    assert sorted(item.messages[-1].text for item in built) == ["no", "yes"]
    assert "Passage: c" in prompt_of(next(item for item in built if item.messages[-1].text == "yes"))


def test_windows_cover_a_text_at_sentence_ends() -> None:
    text = " ".join(f"Sentence number {number} stands here." for number in range(30))
    pieces = windows(text, 120)
    assert " ".join(pieces) == text
    assert all(len(piece) <= 120 for piece in pieces)


def test_a_rewrite_reads_the_end_of_the_conversation() -> None:
    history = [{"role": "user", "content": f"turn {number}"} for number in range(9)]
    row = {"source": "w", "history": history, "question": "And then?", "standalone": "What came then?"}
    example = conversation.rewrite_example(row)
    assert prompt_of(example) == "User: turn 5\nUser: turn 6\nUser: turn 7\nUser: turn 8\nUser: And then?"


DIALOGUE: dict[str, Any] = {
    "source": "w",
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "find_flight",
                "description": "Finds flights",
                "parameters": {
                    "type": "object",
                    "properties": {"to": {"type": "string", "description": "Town"}},
                    "required": ["to"],
                },
            },
        }
    ],
    "messages": [
        {"role": "user", "content": "I want to fly."},
        {"role": "assistant", "content": "Where to?"},
        {"role": "user", "content": "Rome."},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"function": {"name": "find_flight", "arguments": {"to": "Rome"}}}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": '{"results": []}'},
        {"role": "assistant", "content": "There are none."},
    ],
}


def hotel() -> dict[str, Any]:
    return {"type": "function", "function": {"name": "book_hotel", "description": "Books hotels"}}


def called_by(item: Example) -> list[ToolCall]:
    reply = item.messages[-1]
    assert isinstance(reply, AIMessage)
    return reply.tool_calls


def test_a_dialogue_shows_one_tool_at_a_time() -> None:
    row = {**DIALOGUE, "tools": [*DIALOGUE["tools"], hotel()]}
    built = list(tool.tool_examples(row, random.Random(0)))
    assert all(len(item.tools) == 1 for item in built)
    calls = [item for item in built if called_by(item)]
    assert [item.tools[0]["function"]["name"] for item in calls] == ["find_flight"]
    assert [call["args"] for call in called_by(calls[0])] == [{"to": "Rome"}]
    refused = [item for item in built if item.messages[-1].text == tool.NO_TOOL_REPLY]
    assert [item.tools[0]["function"]["name"] for item in refused] == ["book_hotel"]
    assert [item.messages[-1].text for item in built if item not in calls + refused] == [
        "Where to?",
        "There are none.",
    ]


def test_a_schema_that_is_a_mere_yes_or_no_is_kept() -> None:
    properties = {"value": True, "list": {"type": "array", "items": True, "title": "List"}}
    noisy = {"function": {"name": "set", "parameters": {"properties": properties}}}
    kept = tool.without_noise(noisy)["function"]["parameters"]["properties"]
    assert kept == {"value": True, "list": {"type": "array", "items": True}}


def test_a_dialogue_becomes_evaluation_rows_with_and_without_calls() -> None:
    asks, calls = list(tool.tool_questions(DIALOGUE))
    assert asks["expected"] == []
    assert calls["expected"] == [{"name": "find_flight", "arguments": {"to": "Rome"}}]
    assert calls["messages"][-1]["content"] == "Rome."


def test_the_fitting_tool_is_called_and_the_likest_other_is_not() -> None:
    tools = [{"name": name, "description": f"Finds a {name}."} for name in ("song", "train", "recipe")]
    row = {"source": "w", "query": "Find a train, not a recipe", "tools": tools, "tool": "train"}
    built = list(tool.request_examples(tool.choice_question(row), random.Random(0)))
    called, likest, _ = built
    assert [call["args"] for call in called_by(called)] == [{"query": row["query"]}]
    assert likest.tools[0]["function"]["name"] == "recipe"
    assert likest.messages[-1] == AIMessage(tool.NO_TOOL_REPLY)


def test_a_tool_choice_without_a_fitting_tool_expects_words() -> None:
    row = {"source": "w", "query": "Hi", "tools": [{"name": "t", "description": "d"}], "tool": None}
    question = tool.choice_question(row)
    assert question["expected"] == []
    for example in tool.request_examples(question, random.Random(0)):
        assert example.messages[-1] == AIMessage(tool.NO_TOOL_REPLY)
        assert example.messages[-2] == HumanMessage("Hi")


def test_routes_name_where_each_well_belongs() -> None:
    routed = conversation.routes(
        chitchat=[
            {"source": conversation.SMALL_TALK[0], "messages": [{"content": "What's that?"}]},
            {"source": "trivia", "messages": [{"content": "What is your name?"}]},
            {"source": "trivia", "messages": [{"content": "What is a computer?"}]},  # to be looked up
        ],
        intents=[{"intent": "timer", "text": "set a timer", "domain": "utility"}],
        math=[{"expressions": [["1+1", "2"]], "question": "What is 1+1?"}],
        questions=[{"question": "Who wrote it?"}],
    )
    assert [(text, reply) for _, text, reply in islice(routed, 9)] == [
        ("What's that?", "chat"),
        ("What is your name?", "chat"),
        ("set a timer", "tools"),
        ("What is 1+1?", "tools"),
        ("Who wrote it?", "documents"),
    ]


def test_a_result_is_passed_on_whichever_tool_is_in_view() -> None:
    rows = [row for row in requests(400, 0) if row["expected"]]
    built = [item for row in rows for item in tool.result_examples(row, random.Random(0))]
    assert len(built) > 50
    for item in built:
        assert isinstance(item.messages[-2], ToolMessage)
        assert isinstance(item.messages[-1], AIMessage)
        assert item.messages[-1].text
        assert not item.messages[-1].tool_calls
    sums = [item for item in built if " = " in item.messages[-1].text]
    assert sums
    assert all(item.messages[-1].text.endswith(f"= {item.messages[-2].text}") for item in sums)


def test_requests_for_our_own_tools_that_do_not_read_documents_are_told_from_others() -> None:
    made = list(requests(300, 0))
    own = [row for row in made if conversation.is_for_own_tool(row)]
    assert {row["expected"][0]["name"] for row in own} == conversation.OWN_TOOLS
    assert any(not row["expected"] for row in made if row not in own)


def test_small_talk_comes_after_other_turns_of_which_nothing_is_learned(tmp_path: Path) -> None:
    said = [{"role": "user", "content": "Hi!"}, {"role": "assistant", "content": "Hello."}]
    row = {"source": "test", "messages": said}
    asked = [{"question": "Who wrote it?", "answers": ["Ada"]}, {"question": "Why?", "answers": []}]
    earlier = conversation.earlier_turns([row], asked, random.Random(1))
    assert len(earlier) in (2, 4, 6)
    texts = {message.text for message in earlier}
    assert texts <= {"Hi!", "Hello.", "Who wrote it?", "Ada", "Why?", "The documents do not say."}
    made = conversation.chat_example(row, earlier)
    assert made is not None
    assert [message.text for message in made.messages[-2:]] == ["Hi!", "Hello."]
    tokenizer = train_tokenizer(["Hi! Hello. Who wrote it? Ada. Why?"] * 9, 400, tmp_path)
    write_tasks([made], tokenizer, tmp_path, Table())
    batch = SequenceSet(tmp_path / "chat").batch(np.arange(1), 128, prompt_share=0.0, padding=0)
    learned = batch.targets[batch.weights > 0].tolist()
    assert tokenizer.decode(learned[:-1]) == " Hello."
