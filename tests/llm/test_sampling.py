from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from llm.inference.sampling import GenerationSettings, Sampler, score_tokens
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


@pytest.mark.parametrize("settings", [{"top_k": 5}, {"top_k": 9}, {"min_p": 0.08}, {"top_p": 0.97}])
def test_truncation_at_the_end_leaves_all(settings: dict[str, Any]) -> None:
    assert set(draw(**settings)) == {0, 1, 2, 3, 4}


def test_only_the_likeliest_is_left_at_the_other_end() -> None:
    for settings in ({"top_k": 1}, {"min_p": 1.0}, {"top_p": 1e-9}):
        assert set(draw(**settings)) == {0}


def test_top_p_counts_from_what_min_p_left() -> None:
    assert set(draw(min_p=0.15, top_p=0.95)) == {0, 1, 2}
    assert set(draw(min_p=0.15, top_p=0.88)) == {0, 1}


def test_a_low_temperature_sharpens_and_a_high_one_flattens() -> None:
    for temperature, share in ((0.5, 0.714), (2.0, 0.341)):  # probabilities to the power of 1 / temperature
        sampler = Sampler(GenerationSettings(temperature=temperature, seed=1), [])
        drawn = Counter(sampler.choose(SCORES) for _ in range(3000))
        assert drawn[0] / 3000 == pytest.approx(share, abs=0.03)


def test_what_is_not_allowed_is_never_drawn() -> None:
    scores = SCORES.index_fill(0, torch.tensor([0, 2]), -torch.inf)
    for settings in ({}, {"top_k": 4}, {"top_p": 0.99}, {"min_p": 0.01}, {"repetition_penalty": 1.5}):
        sampler = Sampler(GenerationSettings(temperature=3.0, seed=1, **settings), [0])
        assert {sampler.choose(scores) for _ in range(200)} == {1, 3, 4}


def test_without_a_seed_every_sampler_draws_otherwise() -> None:
    samplers = [Sampler(GenerationSettings(temperature=1.0, seed=seed), []) for seed in (None, None, 7, 7)]
    fresh, other, seeded, again = [[sampler.choose(SCORES) for _ in range(60)] for sampler in samplers]
    assert fresh != other
    assert seeded == again


def test_a_penalty_makes_likely_and_unlikely_tokens_less_likely() -> None:
    scores = torch.tensor([3.0, 2.0, -1.0, -1.5])
    sampler = Sampler(GenerationSettings(repetition_penalty=2.0), [0])
    assert sampler.choose(scores) == 1
    assert scores.tolist() == [3.0, 2.0, -1.0, -1.5]  # the caller's own are left alone
    assert sampler.choose(torch.tensor([0.6, 0.5])) == 1
    mild = Sampler(GenerationSettings(repetition_penalty=1.2), [0])
    assert mild.choose(scores) == 0
    for token in (0, 1, 2):
        sampler.observe(token)
    assert sampler.choose(torch.tensor([-1.0, -2.0, -3.0, -1.5])) == 3


def test_a_score_is_a_log_probability_and_its_alternatives_are_the_likeliest() -> None:
    score, alternatives = score_tokens(SCORES + 5, 2, 3)
    assert (score.token, score.logprob) == (2, pytest.approx(float(SCORES[2]), abs=1e-5))
    assert [one.token for one in alternatives] == [0, 1, 2]
    assert [one.logprob for one in alternatives] == pytest.approx(SCORES[:3].tolist(), abs=1e-5)
    assert len(score_tokens(SCORES, 0, 50)[1]) == 5
    assert score_tokens(SCORES, 4, 0)[1] == []


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
        {"min_tokens": -1},
        {"top_p": 0.0},
        {"top_p": 1.01},
        {"min_p": -0.1},
        {"min_p": 1.01},
        {"min_p": float("nan")},
        {"repetition_penalty": 0.0},
        {"stop": ("end", "")},
        {"top_k": -1},
        {"top_logprobs": -1},
    ],
)
def test_settings_out_of_range_are_named(wrong: dict[str, Any]) -> None:
    [(name, value)] = wrong.items()
    with pytest.raises(ValueError, match=name) as error:
        GenerationSettings(**wrong)
    assert str(error.value) == f"{name}={value!r} is out of range"


@pytest.mark.parametrize(
    "right",
    [
        {"max_tokens": 1},
        {"min_tokens": 0},
        {"temperature": 1e30},
        {"top_p": 1e-9},
        {"top_p": 1.0},
        {"min_p": 0.0},
        {"min_p": 1.0},
        {"repetition_penalty": 0.1},
        {"top_logprobs": 0},
    ],
)
def test_the_ends_of_a_range_belong_to_it(right: dict[str, Any]) -> None:
    [(name, value)] = right.items()
    assert getattr(GenerationSettings(**right), name) == value


def test_lookup_proposes_what_followed_before() -> None:
    lookup = PromptLookup([1, 2, 3, 4, 5, 6, 9, 2, 3])
    assert lookup.propose(3) == [4, 5, 6]
    lookup.append(7)
    assert lookup.propose(3) == []


def test_lookup_prefers_the_longer_and_the_later_match() -> None:
    assert PromptLookup([1, 2, 3, 7, 5, 2, 3, 8, 1, 2, 3]).propose(1) == [7]
    assert PromptLookup([2, 3, 7, 5, 2, 3, 8, 2, 3]).propose(1) == [8]


def test_lookup_needs_two_tokens_and_no_end_of_its_own() -> None:
    assert PromptLookup([1, 2, 3, 4, 2]).propose(3) == []  # one token alone is no match
    assert PromptLookup([1, 2]).propose(3) == []
    assert PromptLookup([]).propose(3) == []
    assert PromptLookup([7, 7, 7]).propose(3) == [7]
    assert PromptLookup([1, 2, 3, 1, 2]).propose(2) == [3, 1]
    assert PromptLookup([1, 2, 3, 1, 2]).propose(0) == []


def test_lookup_compares_as_many_tokens_as_it_is_told() -> None:
    tokens = [0, 1, 2, 3, 7, 9, 1, 2, 3, 8, 5, 0, 1, 2, 3]
    assert PromptLookup(tokens, longest=4).propose(1) == [7]
    assert PromptLookup(tokens, longest=3).propose(1) == [8]
    assert PromptLookup([1, 2, 3, 4, 9, 3, 4], shortest=3).propose(1) == []
    assert PromptLookup([4, 5, 9, 4], shortest=1).propose(1) == [5]


def test_lookup_guesses_further_after_success_and_less_far_after_failure() -> None:
    lookup = PromptLookup([1, 2, *range(10, 60), 1, 2])
    lengths = [len(lookup.propose(100))]
    for accepted in (8, 16, 24, 5, 0, 0):
        lookup.report(lengths[-1], min(accepted, lengths[-1]))
        lengths.append(len(lookup.propose(100)))
    assert lengths == [8, 16, 24, 24, 7, 4, 4]
    lookup.report(0, 0)  # nothing was proposed: nothing is learnt
    assert len(lookup.propose(100)) == 4
    few = PromptLookup([1, 2, *range(10, 60), 1, 2], most=10)
    few.report(8, 8)
    assert few.propose(100) == list(range(10, 20))


@example(b"xbab", ["a", "bab"], 1)
@example(b"xbab", ["a", "bab"], 4)
@example("€".encode()[:2], [], 1)
@example(b" a b", [" "], 1)
@example(b" ", [" "], 1)
@given(
    st.text("abé", max_size=30).map(str.encode)
    | st.text(max_size=30).map(str.encode)
    | st.binary(max_size=30),
    st.lists(st.text("ab ", min_size=1, max_size=3), max_size=3),
    st.integers(1, 4),
)
def test_streamed_text_ends_before_the_first_stop_string(data: bytes, stops: list[str], size: int) -> None:
    stream = TextStream(stops)
    pieces = [stream.push(data[start : start + size]) for start in range(0, len(data), size)]
    streamed = "".join(pieces) + stream.finish()
    expected = data.decode("utf-8", "replace")
    first = int(expected.startswith(" "))  # the space that opens a text
    met = [(place + len(stop), place) for stop in stops if (place := expected.find(stop, first)) >= 0]
    assert streamed == (expected[: min(met)[1]] if met else expected)
    assert stream.is_stopped == bool(met)


def test_text_is_shown_as_soon_as_it_is_certain() -> None:
    stream = TextStream(["abc", "aa"])
    pushed = [b"xab", b"x", b"aa"[:1], b"bx", "é".encode()[:1], "é".encode()[1:]]
    assert [stream.push(data) for data in pushed] == ["x", "abx", "", "abx", "", "é"]
    assert TextStream().push(b"xa") == "xa"
    stream = TextStream(["abcd"])
    assert [stream.push(data) for data in (b"xa", b"xab", b"cd")] == ["x", "ax", ""]
    assert stream.is_stopped
