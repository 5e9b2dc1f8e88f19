"""Examples go to the sets that recipes name."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from corpora.example import Example
from corpora.sets import TOOL_PARTS, set_of
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
    assert set_of(Example(task, well, [])) == name


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_recipes_name_sets_that_are_built(recipe: Path) -> None:
    wells = [source.well for source in read_sources()]
    built = {set_of(Example(task, well, [])) for task in INSTRUCTIONS for well in wells} | {"text"}
    for stage in tomllib.loads(recipe.read_text(encoding="utf-8"))["stage"]:
        assert {*stage["mix"], *stage.get("extractive", ())} <= built
        assert sum(stage["mix"].values()) == pytest.approx(1)


def test_the_parts_are_of_known_wells() -> None:
    assert set(TOOL_PARTS) <= {source.well for source in read_sources()}
