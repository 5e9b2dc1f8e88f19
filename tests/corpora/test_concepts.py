"""Short questions about concepts that the pretraining text defines."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from corpora.concepts import concept_questions

REST = " It is told at length here, in words that say more than a definition does, since few would do." * 2
PARAGRAPHS = (
    "A learning rate is a number that says how far a step of training goes." + REST,
    "Dropout is a way to keep a model from learning its examples by heart." + REST,
    "The first of them is a paragraph that defines nothing which has a name." + REST,
    "It is a sentence about something that was named in another place." + REST,
    "The softmax function is a function that turns scores into probabilities." + REST,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [{"text": paragraph, "source": "manuals/one"} for paragraph in PARAGRAPHS * 2]
    with lzma.open(tmp_path / "manuals-00.jsonl.xz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def test_questions_name_concepts_and_their_wells(folder: Path) -> None:
    asked = list(concept_questions(folder, 9, seed=0))
    assert [well for well, _ in asked] == ["manuals", "manuals"]
    for (_, question), concept in zip(asked, ("learning rate", "Dropout"), strict=True):
        assert concept in question


def test_questions_are_the_same_for_the_same_seed_and_few_where_few_are_wanted(folder: Path) -> None:
    assert list(concept_questions(folder, 9, 0)) == list(concept_questions(folder, 9, 0))
    assert len({tuple(concept_questions(folder, 9, seed)) for seed in range(9)}) > 1
    assert len(list(concept_questions(folder, 1, 0))) == 1
