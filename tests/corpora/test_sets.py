"""Examples go to the sets that recipes name."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from corpora.example import Example
from corpora.sets import CALLS, LATER_CALLS, TOOL_PARTS, sets_of
from corpora.sources import read_sources
from graphs.prompts import INSTRUCTIONS

RECIPES = sorted((Path(__file__).parents[2] / "llm" / "recipes").glob("*.toml"))


@pytest.mark.parametrize(
    ("task", "well", "name"),
    [
        ("answer", "squad1.1-train-part", "answer_asked"),
        ("grade", "gov-guides", "grade_made"),
        ("grade", "synthetic-worlds", "grade_invented"),
        ("rewrite", "synthetic-follow-ups", "rewrite_invented"),
        ("rewrite", "written-texts", "rewrite_written"),
        ("tool", "schema-guided-dialogue", "tool_dialogues"),
        ("tool", "synthetic-own-tasks", "tool_own"),
        ("route", "synthetic-compounds", "route"),
    ],
)
def test_the_largest_tasks_are_parted(task: str, well: str, name: str) -> None:
    assert sets_of(_replied(task, well, AIMessage("Done."))) == (name,)


def test_calls_stand_in_a_set_of_their_own_as_well() -> None:
    reply = AIMessage("", tool_calls=[{"name": "calculate", "args": {"expression": "6 * 7"}, "id": "call_1"}])
    first = _replied("tool", "synthetic-own-tasks", reply)
    assert sets_of(first) == ("tool_own", "tool_own_calls")
    result = ToolMessage("42", tool_call_id="call_1")
    later = Example("tool", first.well, [*first.messages, result, reply])
    assert sets_of(later) == ("tool_own", "tool_own_calls", "tool_own_later_calls")
    assert sets_of(Example("tool", first.well, [*first.messages, result, AIMessage("42")])) == ("tool_own",)


def _replied(task: str, well: str, reply: AIMessage) -> Example:
    return Example(task, well, [HumanMessage("What is six times seven?"), reply])


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_recipes_name_sets_that_are_built(recipe: Path) -> None:
    wells = [source.well for source in read_sources()]
    call = AIMessage("", tool_calls=[{"name": "calculate", "args": {}, "id": "call_1"}])
    made = (_replied(task, well, call) for task in INSTRUCTIONS for well in wells)
    built = {name for item in made for name in sets_of(item)} | {"text"}
    built |= {name.replace(CALLS, LATER_CALLS) for name in built}
    for stage in tomllib.loads(recipe.read_text(encoding="utf-8"))["stage"]:
        assert {*stage["mix"], *stage.get("extractive", ())} <= built
        assert sum(stage["mix"].values()) == pytest.approx(1)


def test_the_parts_are_of_known_wells() -> None:
    assert set(TOOL_PARTS) <= {source.well for source in read_sources()}
