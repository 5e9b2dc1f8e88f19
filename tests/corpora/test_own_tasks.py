"""Tasks for our own tools: steps that follow from each other, in the formats of the tools."""

from __future__ import annotations

import random
import re

import jsonschema
import pytest
from langchain_core.messages import AIMessage, ToolMessage

from agent.tools.calculator import calculate
from agent.tools.dates import add_to_date, current_time, days_between
from agent.tools.units import convert_units
from corpora.tasks.own_task import route_of_task, sentence_examples, task_examples
from corpora.worlds.requests.own_requests import SCHEMAS
from corpora.worlds.tasks import chained_tasks, found_texts, hidden_steps, single_tasks
from corpora.worlds.tasks.own_task import OwnTask, Step
from corpora.worlds.tasks.own_tasks import own_tasks
from corpora.worlds.tasks.task_scene import Scene, frames
from graphs import prompts

NUMBER = re.compile(r"\d+(?:\.\d+)?")
KNOWN = {"2", "3", "7", "12", "24", "100"}
"""Numbers that frames bring along: halves, averages, days of a week, months, hours, percent."""


@pytest.fixture(scope="module")
def tasks() -> list[OwnTask]:
    return list(own_tasks(3000, seed=3))


def test_tasks_are_the_same_for_the_same_seed() -> None:
    first, again, other = (list(own_tasks(80, seed)) for seed in (1, 1, 2))
    assert first == again
    assert not {task.message for task in first} & {task.message for task in other}


def test_every_kind_is_drawn_and_messages_are_filled_and_varied(tasks: list[OwnTask]) -> None:
    assert {task.kind for task in tasks} == {*chained_tasks.KINDS, *single_tasks.KINDS}
    assert not [task.message for task in tasks if re.search(r"[{}|]|=> |  ", task.message)]
    told = [text for task in tasks for text in (task.reply, *(step.result for step in task.steps))]
    assert not [text for text in told if re.search(r"[{}|]|=> ", text)]
    assert len({task.message for task in tasks}) > 0.95 * len(tasks)


def test_arguments_fit_the_schemas(tasks: list[OwnTask]) -> None:
    checks = {
        name: jsonschema.Draft202012Validator(
            schema["function"]["parameters"] | {"additionalProperties": False}
        )
        for name, schema in SCHEMAS.items()
    }
    for step in (step for task in tasks for step in task.steps):
        checks[step.name].validate(dict(step.arguments))
        if step.arguments.get("timezone"):
            assert current_time.invoke(dict(step.arguments))


def test_what_is_recalled_is_about_what_was_asked_for(tasks: list[OwnTask]) -> None:
    recalled = [step for task in tasks for step in task.steps if step.name == "recall"]
    nouns = "sister|brother|aunt|boss|dentist|landlord|seat|door code|locker|guests|members|rent"
    asked = [(noun, step.result) for step in recalled for noun in re.findall(nouns, step.arguments["about"])]
    assert len(asked) > 20
    assert not [(noun, result) for noun, result in asked if noun not in result]


def test_arguments_stand_in_the_message_or_in_an_earlier_result(tasks: list[OwnTask]) -> None:
    for task in tasks:
        seen = task.message
        for step in task.steps:
            for argument in map(str, step.arguments.values()):
                if step.name in ("search_documents", "read_document", "recall", "list_documents"):
                    assert argument.casefold() in seen.casefold(), task
                elif step.name == "calculate":
                    assert set(NUMBER.findall(argument)) <= {*NUMBER.findall(seen), *KNOWN}, task
                elif re.search(r"\d{4}", argument):
                    assert argument in seen, task
            seen += f"\n{step.result}"


def test_no_one_has_less_than_nothing_left(tasks: list[OwnTask]) -> None:
    counts = [step for task in tasks for step in task.steps if step.name in ("calculate", "days_between")]
    assert not [step for step in counts if step.result.startswith("-")]


@pytest.mark.parametrize("family", hidden_steps.LOOKED_UP)
def test_what_is_only_looked_up_takes_one_step(family: str) -> None:
    draw = random.Random(11)
    found = [hidden_steps.build(family, Scene(draw)) for _ in range(80)]
    assert not [task for task in found if len(task.steps) > 1]
    assert all(task.reply in task.steps[0].result for task in found)


@pytest.mark.parametrize("family", sorted(hidden_steps.FAMILIES.keys() - set(hidden_steps.LOOKED_UP)))
def test_first_steps_are_hidden_and_siblings_take_one_step(family: str) -> None:
    draw = random.Random(11)
    found = [hidden_steps.build(family, Scene(draw)) for _ in range(80)]
    several = [task for task in found if len(task.steps) > 1]
    assert 0.3 < len(several) / len(found) < 0.95
    assert {task.kind for task in several} <= set(chained_tasks.KINDS)
    for task in several:
        first, second = task.steps[:2]
        used = " ".join(map(str, second.arguments.values()))
        assert {*NUMBER.findall(used)} & {*NUMBER.findall(first.result)}, task


def test_every_frame_of_hidden_steps_can_be_filled() -> None:
    class OneFrame(Scene):
        said = ""

        def frame(self, *keys: str) -> str:
            return self.said if keys[0] == "hidden" else super().frame(*keys)

    for family in hidden_steps.FAMILIES:
        for frame in frames("hidden", family):
            scene = OneFrame(random.Random(12))
            scene.said = frame
            assert hidden_steps.build(family, scene).steps


def test_results_are_what_the_tools_answer(tasks: list[OwnTask]) -> None:
    tools = {tool.name: tool for tool in (calculate, convert_units, add_to_date, days_between)}
    for step in (step for task in tasks[:800] for step in task.steps):
        if step.name in tools and "today" not in step.arguments.values():
            real = tools[step.name].invoke(dict(step.arguments))
            assert _about(real) == pytest.approx(_about(step.result), rel=1e-4), step
            assert re.sub(r"-?[\d.]+(e-?\d+)?", "#", real) == re.sub(r"-?[\d.]+(e-?\d+)?", "#", step.result)


def _about(result: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", result)]


def test_passages_are_found_in_the_format_of_the_search(tasks: list[OwnTask]) -> None:
    found = [step.result for task in tasks for step in task.steps if step.name == "search_documents"]
    assert found
    for block in re.split(r"\n\n(?=\S+\.\w+, lines )", "\n\n".join(found)):
        place = re.match(r"\S+\.\w+, lines (\d+)-(\d+):\n", block)
        assert place, block
        text = block[place.end() :]
        assert text == text.strip()
        if text.startswith("# ") and "\n\n" in text:  # a page, a sentence a line
            assert int(place[2]) - int(place[1]) == text.count("\n")


def test_what_was_read_of_pages_is_a_sentence_each() -> None:
    told = [("Rax lamp", "A Rax lamp costs 5 euros."), ("Dun tent", "A Dun tent costs 9 euros.")]
    step = found_texts.search_read("Rax lamp", told, Scene(random.Random(3)))
    blocks = step.result.split("\n\n")
    assert {block.split(":\n")[1] for block in blocks} == {sentence for _, sentence in told}
    place = r"\S*(?:rax-lamp|dun-tent)\.(?:md|txt), lines (\d+)-\1:\n"
    assert all(re.match(place, block) for block in blocks)


def test_sentences_are_graded_by_the_message(tasks: list[OwnTask]) -> None:
    searched = [task for task in tasks if task.found]
    assert len(searched) > 200
    draw = random.Random(4)
    for task in searched:
        examples = list(sentence_examples(task, draw))
        replies = [example.messages[-1].text for example in examples]
        assert replies[:1] == ["yes"]
        assert set(replies[1:]) <= {"no"}
        [asked] = [sentence for sentence in task.found if sentence.is_asked]
        assert asked.text in task.steps[0].result
        for example in examples:
            assert example.messages[1].text.startswith(f"Question: {task.message}\n\nPassage")
        assert asked.text in examples[0].messages[1].text
    assert any(len(list(sentence_examples(task, draw))) == 4 for task in searched)


def test_messages_are_routed_to_tools_but_for_what_one_search_finds(tasks: list[OwnTask]) -> None:
    routed = [(task, route_of_task(task)) for task in tasks]
    assert {example.messages[-1].text for _, example in routed} == {"documents", "tools"}
    for task, example in routed:
        assert example.messages[:-1] == prompts.route(task.message)
        is_looked_up = [step.name for step in task.steps] == ["search_documents"]
        assert example.messages[-1].text == ("documents" if is_looked_up else "tools")


def test_some_numbers_of_a_scene_look_alike() -> None:
    alike = 0
    for seed in range(300):
        scene = Scene(random.Random(seed))
        first, second = scene.say("{m}"), scene.say("{m2}")
        assert first != second
        alike += first[:2] == second[:2]
    assert 30 < alike < 150


def test_pages_tell_what_is_asked_of_one_thing_and_the_same_of_others() -> None:
    told = [
        ("Rax lamp", ["A Rax lamp costs 5 euros.", "A Rax lamp weighs 2 kg."]),
        ("Dun tent", ["A Dun tent costs 9 euros."]),
    ]
    pages = found_texts.search_pages("Rax lamp", told, Scene(random.Random(3))).result
    assert all(sentence in pages for _, sentences in told for sentence in sentences)
    assert "# Rax lamp\n\n" in pages
    assert re.search(r"^\S*rax-lamp\.(md|txt), lines 1-", pages, re.MULTILINE)


def test_a_page_may_tell_other_facts_of_the_thing_that_is_looked_for() -> None:
    found = [hidden_steps.build("price", Scene(random.Random(seed))) for seed in range(60)]
    searches = [task.steps[0] for task in found if task.steps[0].name == "search_documents"]
    assert any(
        step.result.count(step.arguments["query"]) > 2 and "arranty" in step.result for step in searches
    )


def test_a_reply_says_every_line_of_a_short_result(tasks: list[OwnTask]) -> None:
    for task in tasks:
        last = task.steps[-1]
        if last.name not in ("search_documents", "read_document", "remember"):
            assert all(line in task.reply for line in last.result.splitlines()), task


def test_examples_begin_with_a_call_exactly_when_the_next_tool_is_in_view() -> None:
    task = OwnTask(
        "",
        "What do 3 of them cost, by my notes?",
        [
            Step("search_documents", {"query": "cost"}, "a.md, lines 1-2:\n" + "It costs 4. " * 30),
            Step("calculate", {"expression": "3 * 4"}, "12"),
        ],
        "3 * 4 = 12",
    )
    examples = list(task_examples(task, random.Random(5)))
    for example in examples:
        done = [message for message in example.messages if isinstance(message, ToolMessage)]
        reply = example.messages[-1]
        assert isinstance(reply, AIMessage)
        shown = example.tools[0]["function"]["name"]
        is_next = len(done) < 2 and task.steps[len(done)].name == shown
        assert [call["name"] for call in reply.tool_calls] == [shown] * is_next
        assert bool(reply.text) is not is_next
        if len(done) == 1:
            assert done[0].text == task.steps[0].result  # as the graph sends it: not yet shortened
    assert examples[-1].messages[-1].text == "3 * 4 = 12"
