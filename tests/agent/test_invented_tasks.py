"""The made-up tasks and questions: always the same, right, unlike training, and measured as they say."""

from __future__ import annotations

import json
import random
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda

from agent.assembly import Assembly
from agent.configuration.settings import Settings
from agent.evaluation.invented_world import STATEMENTS, invent
from agent.evaluation.own_tool_tasks import KINDS, Task, holds, tasks
from agent.evaluation.own_tools import evaluate_own_tools, likeliest_result, measure
from agent.evaluation.temporary_assembly import assembly_over
from agent.evaluation.two_hop import evaluate_two_hop
from agent.evaluation.two_hop_questions import questions
from agent.tools import build_tools
from agent.tools.calculator import calculate
from agent.tools.dates import add_to_date, days_between
from agent.tools.units import convert_units
from corpora.overlap import OverlapFilter
from corpora.tasks import tool
from corpora.worlds import names
from corpora.worlds.facts import KINDS as TAUGHT
from corpora.worlds.requests import requests
from graphs import build_tool_agent
from llm.errors import WeightsError
from tests.graphs.fakes import ScriptedModel
from tests.graphs.test_evidence import WordEmbedder

WORLD = invent(0)
NO_MODEL = Settings(model="nothing")
TODAY = date(2026, 11, 21)
TASKS = list(tasks(200, 0, WORLD, TODAY))
QUESTIONS = list(questions(80, 0, WORLD))


def test_the_same_seed_gives_the_same_tasks_of_every_kind() -> None:
    assert list(tasks(200, 0, invent(0), TODAY)) == TASKS
    assert list(tasks(5, 0, WORLD, TODAY)) == TASKS[:5]
    assert [task.kind for task in TASKS[:5]] == list(KINDS)
    assert list(tasks(200, 1, WORLD, TODAY)) != TASKS


def test_no_task_is_done_by_repeating_its_message() -> None:
    assert not [task for task in TASKS if holds(task.message, task.right)]


def test_words_of_tasks_and_documents_are_not_those_of_training() -> None:
    def without_numbers(text: str) -> str:
        return re.sub(r"\d+(\.\d+)?", "0", text.casefold()).rstrip(".?! ")

    taught = {without_numbers(row["messages"][0]["content"]) for row in requests(3000, 0)}
    assert not {without_numbers(task.message) for task in TASKS} & taught
    told = {text for kind in TAUGHT for attribute in kind.attributes for text in attribute.statements}
    written = {
        text.replace("{name}", "{thing}")
        for says in STATEMENTS.values()
        for all_ in says.values()
        for text in all_
    }
    assert not told & written


def test_no_eight_words_in_a_row_are_taught(tmp_path: Path) -> None:
    asked = [*(task.message for task in TASKS), *(row["question"] for row in QUESTIONS)]
    file = tmp_path / "asked.jsonl"
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in asked), "utf-8")
    leaks, draw = OverlapFilter([file]), random.Random(0)
    made = (example for row in requests(1500, 0) for example in tool.request_examples(row, draw))
    assert not [example for example in made if leaks.overlaps(example)]


def test_no_name_could_stand_in_training() -> None:
    syllable = f"(?:{'|'.join(names._ONSETS)})(?:{'|'.join(names._VOWELS)})(?:{'|'.join(names._CODAS)})"
    drawable = re.compile(f"(?:{syllable}){{2,3}}", re.IGNORECASE)
    assert drawable.fullmatch("Brastou")
    for thing in WORLD.things.values():
        word = thing.name.split()[-1 if thing.kind == "person" else 0]
        assert not drawable.fullmatch(word), word
        assert thing.name.split()[0] not in names._FIRST_NAMES


@pytest.mark.parametrize(
    ("text", "right", "is_right"),
    [
        ("It is 12,300.5 metres.", "12300.5", True),
        ("9582.14 grams", "9582.138816", True),
        ("958 grams", "9582.138816", False),
        ("on 2026-03-12", "12", False),
        ("Monday, 2026-03-12", "2026-03-12", True),
        ("Made by garford works.", "Garford Works", True),
        ("nan", "12", False),
    ],
)
def test_what_counts_as_saying_the_right_result(text: str, right: str, is_right: bool) -> None:
    assert holds(text, right) is is_right


def test_the_tools_agree_with_the_results_that_count_as_right() -> None:
    assert holds(calculate.invoke({"expression": "15% of 80"}), "12")
    assert holds(convert_units.invoke({"value": 113, "from_unit": "fahrenheit", "to_unit": "celsius"}), "45")
    assert holds(add_to_date.invoke({"start": "2016-08-08", "amount": 55}), "2016-10-02")
    assert holds(days_between.invoke({"start": "2013-08-09", "end": "2018-03-01"}), "1665")
    for task in TASKS:
        if task.tools == ("calculate",) and (
            formula := re.search(r"(?:of|on|do) ([\d(s].*?)(?: in my head\.|\?)", task.message)
        ):
            assert holds(calculate.invoke({"expression": formula[1]}), task.right), task


TASK = Task("units", "Give 2 miles as km.", ("convert_units",), "3.218688")


@pytest.mark.parametrize(
    ("result", "answer", "right", "right_result"),
    [
        ("3.218688 km", "That is 3.22 km.", 1.0, 1.0),
        ("3.218688 km", "That is 4 km.", 0.0, 1.0),
        ("5 km", "That is 3.22 km.", 0.0, 0.0),
    ],
)
def test_a_task_is_right_when_the_reply_says_what_a_tool_gave(
    result: str, answer: str, right: float, right_result: float
) -> None:
    call = {"name": "convert_units", "arguments": {}, "result": result, "status": "success"}
    measured = measure(TASK, {"calls": [call], "answer": answer})
    assert measured == {"right": right, "right_result": right_result, "right_tools": 1.0}


def test_the_agent_is_measured_beside_a_baseline() -> None:
    call = {"name": "convert_units", "args": {"value": 2, "from_unit": "miles", "to_unit": "km"}, "id": "1"}
    model = ScriptedModel(script={"tool": [AIMessage("", tool_calls=[call]), "It is 3.218688 km."]})
    tools = build_tools()
    figures = evaluate_own_tools(build_tool_agent(model, tools), tools, [TASK], embedder=WordEmbedder())
    assert (figures["right"], figures["kinds"]["units"]["right_tools"], figures["n"]) == (1.0, 1.0, 1)
    assert figures["baseline"]["kinds"].keys() == {"units"}


def test_the_baseline_tries_stretches_of_the_message_until_the_tool_takes_one() -> None:
    assert likeliest_result("I can't do 4 * 95 + 36 in my head.", [calculate], WordEmbedder()) == "416"
    assert likeliest_result("Give 2 miles as km.", [convert_units], WordEmbedder()) == "3.218688 km"
    assert likeliest_result("Good morning.", [calculate], WordEmbedder()) == ""


def test_questions_take_two_files_whose_facts_make_the_answer(tmp_path: Path) -> None:
    WORLD.write(tmp_path)
    assert questions_again() == QUESTIONS
    for row in QUESTIONS:
        texts = [(tmp_path / file).read_text("utf-8") for file in row["files"]]
        assert len(texts) == 2
        [answer] = row["answers"]
        assert answer not in row["question"] or row["kind"] == "comparison"
        for part in answer.split(", "):
            assert any(part in text for text in texts)
        if row["kind"] == "bridge":
            assert answer not in texts[0]


def questions_again() -> list[dict[str, Any]]:
    return list(questions(80, 0, invent(0)))


def test_nothing_is_read_where_the_model_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Assembly, "_open_own_index", lambda *_: pytest.fail("an index was opened"))
    with pytest.raises(WeightsError, match="no weights"), assembly_over(WORLD.write, NO_MODEL) as assembly:
        assembly.model.get()


def test_graphs_are_measured_side_by_side() -> None:
    row = next(row for row in QUESTIONS if row["kind"] == "bridge")
    cited = [{"path": path} for path in row["files"]]
    right = RunnableLambda(lambda _: {"answer": row["answers"][0], "citations": cited})
    silent = RunnableLambda(lambda _: {"answer": None, "citations": []})
    nothing: RunnableLambda[str, list[Any]] = RunnableLambda(lambda _: [])
    figures = evaluate_two_hop(
        {"reasoner": right, "document_qa": silent}, [row], retriever=nothing, embedder=WordEmbedder()
    )
    assert figures["reasoner"] == {
        "f1": 1.0, "exact_match": 1.0, "answered": 1.0, "cites_both": 1.0, "kinds": {"bridge": 1.0},
    }  # fmt: skip
    assert figures["document_qa"]["f1"] == figures["document_qa"]["answered"] == 0.0
    assert figures["baseline"]["best_sentence_f1"] == 0.0
