from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from llm.inference.sampling import GenerationSettings, Sampler
from llm.inference.speculation import PromptLookup
from llm.inference.text_stream import TextStream

SCORES = torch.tensor([0.5, 0.3, 0.1, 0.06, 0.04]).log()


def draw(count: int = 400, prompt: tuple[int, ...] = (), **settings: Any) -> Counter[int]:
    sampler = Sampler(GenerationSettings(temperature=1.0, seed=1, **settings), list(prompt))
    return Counter(sampler.choose(SCORES) for _ in range(count))


def test_greedy_takes_the_likeliest() -> None:
    assert Sampler(GenerationSettings(), []).choose(SCORES) == 0


@pytest.mark.parametrize("temperature", [1e-7, 4e-188, 5e-324])
def test_almost_no_temperature_is_greedy(temperature: float) -> None:
    assert Sampler(GenerationSettings(temperature=temperature), []).choose(SCORES) == 0


def test_sampling_follows_the_distribution() -> None:
    drawn = draw(4000)
    for token, share in enumerate([0.5, 0.3, 0.1, 0.06, 0.04]):
        assert drawn[token] / 4000 == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({"top_k": 2}, {0, 1}),
        ({"top_p": 0.75}, {0, 1}),
        ({"top_p": 0.85}, {0, 1, 2}),
        ({"min_p": 0.15}, {0, 1, 2}),
    ],
)
def test_truncation_leaves_the_likeliest(settings: dict[str, Any], kept: set[int]) -> None:
    assert set(draw(**settings)) == kept


def test_a_repeated_token_is_penalised() -> None:
    sampler = Sampler(GenerationSettings(repetition_penalty=2.0), [0])
    assert sampler.choose(SCORES) == 1
    sampler.observe(1)
    assert sampler.choose(SCORES) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_tokens": 0},
        {"temperature": -1.0},
        {"temperature": float("inf")},
        {"top_p": 0.0},
        {"min_p": 2.0},
        {"stop": ("",)},
        {"top_k": -1},
    ],
)
def test_settings_out_of_range_are_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        GenerationSettings(**wrong)


def test_lookup_proposes_what_followed_before() -> None:
    lookup = PromptLookup([1, 2, 3, 4, 5, 6, 9, 2, 3])
    assert lookup.propose(3) == [4, 5, 6]
    lookup.append(7)
    assert lookup.propose(3) == []


def test_lookup_prefers_the_longer_and_the_later_match() -> None:
    assert PromptLookup([1, 2, 3, 7, 5, 2, 3, 8, 1, 2, 3]).propose(1) == [7]
    assert PromptLookup([2, 3, 7, 5, 2, 3, 8, 2, 3]).propose(1) == [8]


def test_lookup_guesses_further_after_success() -> None:
    lookup = PromptLookup([1, 2, *range(10, 60), 1, 2])
    short = len(lookup.propose(100))
    lookup.report(short, short)
    assert len(lookup.propose(100)) > short
    lookup.report(short, 0)
    assert len(lookup.propose(100)) < short


@example("xbab", ["a", "bab"], 1)
@example("xbab", ["a", "bab"], 4)
@given(st.text(max_size=30), st.lists(st.text("ab", min_size=1, max_size=3), max_size=3), st.integers(1, 4))
def test_streamed_text_ends_before_the_first_stop_string(text: str, stops: list[str], size: int) -> None:
    stream = TextStream(stops)
    data = text.encode("utf-8", "surrogatepass")
    pieces = [stream.push(data[start : start + size]) for start in range(0, len(data), size)]
    streamed = "".join(pieces) + stream.finish()
    expected = data.decode("utf-8", "replace")
    met = [(place + len(stop), place) for stop in stops if (place := expected.find(stop)) >= 0]
    assert streamed == (expected[: min(met)[1]] if met else expected)
    assert stream.is_stopped == bool(met)
