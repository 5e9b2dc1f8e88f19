"""Questions about what a thing is, and sentences that explain it."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from corpora.explained import explanation, readings

EXPLAINED = {
    "A perceptron is a linear classifier that learns from its mistakes.": (
        "perceptron",
        "a linear classifier that learns from its mistakes",
    ),
    "The ledger, also called the book, is the record of all that was paid.": (
        "ledger",
        "the record of all that was paid",
    ),
    "Packet loss (PL) means that some packets never arrive; nobody resends them.": (
        "Packet loss",
        "means that some packets never arrive",
    ),
    "Gate valves are the oldest kind of valve in the house.": (
        "Gate valves",
        "the oldest kind of valve in the house",
    ),
}


@pytest.mark.parametrize("sentence", EXPLAINED)
def test_what_a_thing_is_or_does_is_found(sentence: str) -> None:
    match = explanation(sentence)
    assert match is not None
    assert (match["thing"], match["what"]) == EXPLAINED[sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "It is a linear classifier that learns from its mistakes.",
        "The next chapter is a tour of the older kinds of valve.",
        "Perceptrons were sold by the dozen in the fifties.",
        "A perceptron of 1958 filled half of a large room in Buffalo.",
    ],
)
def test_mentions_explain_nothing(sentence: str) -> None:
    assert explanation(sentence) is None


def write_shard(folder: Path, *texts: str) -> None:
    rows = (json.dumps({"text": text, "source": "manual/1", "license": "CC0"}) for text in texts)
    with lzma.open(folder / "manual-00.jsonl.xz", "wt") as shard:
        shard.write("\n".join(rows))


def test_the_sentence_that_explains_stands_among_mentions(tmp_path: Path) -> None:
    mentions = ["Rosenblatt built a perceptron in 1958.", "Nobody had seen a perceptron before that year."]
    write_shard(
        tmp_path,
        " ".join([*EXPLAINED, *mentions, "The weather was fine in Buffalo that year."]),
        f"{next(iter(EXPLAINED))} Nothing else is said of it in the whole of this text.",
    )
    [reading] = readings(tmp_path, 10, seed=1)
    assert reading.support == next(iter(EXPLAINED))
    assert reading.answers == ("a linear classifier that learns from its mistakes",)
    assert all(mention in reading.passage for mention in mentions)
    assert "weather" not in reading.passage
    assert "perceptron" in reading.question
