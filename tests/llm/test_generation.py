"""One reply in the making, with scores handed in by the tests instead of a model."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from torch import Tensor

from llm.inference.constraints import Constraint, ConstraintCompiler
from llm.inference.generation import WATCHED_TOKENS, Completion, Generation, Token
from llm.inference.sampling import GenerationSettings
from llm.tokenization import special_tokens
from llm.tokenization.tokenizer import Tokenizer

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "likes": {"type": "array", "items": {"type": "string"}}},
    "required": ["name", "likes"],
}


@pytest.fixture(scope="module")
def compiler(tokenizer: Tokenizer) -> ConstraintCompiler:
    return ConstraintCompiler(tokenizer)


def begin(
    tokenizer: Tokenizer,
    constraint: Constraint | None = None,
    *,
    limit: int = 100,
    prompt: str = "?",
    **settings: Any,
) -> Generation:
    writable = torch.ones(tokenizer.vocabulary_size, dtype=torch.bool)
    for token in tokenizer.special_ids.values():
        writable[token] = token == tokenizer.end_id
    return Generation(
        tokenizer,
        tokenizer.encode(prompt),
        GenerationSettings(**settings),
        constraint,
        limit=limit,
        writable=writable,
    )


def favour(tokenizer: Tokenizer, *tokens: int) -> Tensor:
    """Return scores (V,) that rank these tokens first, in that order, and all others alike."""
    scores = torch.zeros(tokenizer.vocabulary_size)
    for rank, token in enumerate(tokens):
        scores[token] = 100.0 - rank
    return scores


def write(generation: Generation, tokenizer: Tokenizer, wanted: list[int]) -> Completion:
    """Let a model speak that wants to say these tokens and then to end."""
    tokens: list[Token] = []
    for want in [*wanted, *[tokenizer.end_id] * 200]:
        token = generation.take(favour(tokenizer, want, tokenizer.end_id))
        if token is not None:
            tokens.append(token)
        if generation.finish_reason is not None:
            break
    return Completion.of(tokens, generation.finish(cached_tokens=0))


def test_a_reply_ends_with_the_end_token_which_is_none_of_it(tokenizer: Tokenizer) -> None:
    generation = begin(tokenizer, prompt="Who?")
    assert generation.finish_reason is None
    wanted = tokenizer.encode("Ada and Charles")
    completion = write(generation, tokenizer, wanted)
    assert completion.text == "Ada and Charles"
    assert [token.id for token in completion.tokens] == generation.output == wanted
    assert completion.finish.reason == "stop"
    assert completion.finish.output_tokens == len(wanted)
    assert completion.finish.prompt_tokens == len(tokenizer.encode("Who?"))
    assert generation.finish(cached_tokens=3).cached_tokens == 3


@pytest.mark.parametrize("limit", [1, 3])
def test_a_reply_ends_at_its_limit(tokenizer: Tokenizer, limit: int) -> None:
    completion = write(begin(tokenizer, limit=limit), tokenizer, tokenizer.encode("x y z x y z x y z"))
    assert len(completion.tokens) == limit
    assert completion.finish.reason == "length"


def test_a_reply_that_is_given_up_was_cancelled_and_shows_all_it_had(tokenizer: Tokenizer) -> None:
    generation = begin(tokenizer, stop=("xyz",))
    shown = [generation.take(favour(tokenizer, token)) for token in tokenizer.encode("axy")]
    assert "".join(token.text for token in shown if token) == "a"
    finish = generation.finish(cached_tokens=0)
    assert (finish.reason, finish.text) == ("cancelled", "xy")


def test_a_reply_ends_before_a_stop_string(tokenizer: Tokenizer) -> None:
    completion = write(begin(tokenizer, stop=("and", "zz")), tokenizer, tokenizer.encode("Ada and Charles"))
    assert completion.text == "Ada "
    assert completion.finish.reason == "stop"
    assert tokenizer.decode(token.id for token in completion.tokens).endswith("and")


@pytest.mark.parametrize("shortest", [0, 1, 3])
def test_a_free_reply_has_the_least_number_of_tokens(tokenizer: Tokenizer, shortest: int) -> None:
    completion = write(begin(tokenizer, min_tokens=shortest), tokenizer, [])
    assert len(completion.tokens) == shortest
    assert completion.finish.reason == "stop"


def test_a_free_reply_holds_no_special_token_however_likely(tokenizer: Tokenizer) -> None:
    specials = [token for token in tokenizer.special_ids.values() if token != tokenizer.end_id]
    generation = begin(tokenizer)
    token = generation.take(favour(tokenizer, *specials, 70))
    assert token is not None
    assert token.id == 70


def test_what_was_written_counts_as_seen(tokenizer: Tokenizer) -> None:
    generation = begin(tokenizer, repetition_penalty=2.0)
    ids = [generation.take(favour(tokenizer, 70, 71)) for _ in range(2)]
    assert [token.id for token in ids if token] == [70, 71]


def test_scores_are_told_when_asked_for_and_are_those_of_the_model(
    tokenizer: Tokenizer, compiler: ConstraintCompiler
) -> None:
    yes = tokenizer.encode("yes")[0]
    scores = favour(tokenizer, 70, yes)
    quiet = begin(tokenizer).take(scores)
    assert quiet is not None
    assert (quiet.score, quiet.alternatives) == (None, [])
    for asked in (0, 2):
        token = begin(tokenizer, compiler.regex("(yes|no).*"), top_logprobs=asked).take(scores)
        assert token is not None
        assert token.score is not None
        assert token.score.token == token.id == yes
        assert token.text == "yes"
        assert token.score.logprob == pytest.approx(float(scores.log_softmax(-1)[yes]))
        assert [one.token for one in token.alternatives] == [70, yes][:asked]


def test_what_must_come_is_drafted_and_written_whatever_the_scores(
    tokenizer: Tokenizer, compiler: ConstraintCompiler
) -> None:
    wanted = tokenizer.encode(" Oslo, a city")
    generation = begin(tokenizer, compiler.choice(["Oslo, a city"]), speculate=False)
    draft = generation.draft(100)
    assert tokenizer.decode(draft) == " Oslo, a city"
    assert generation.draft(2) == draft[:2]
    assert generation.draft(0) == generation.draft(-1) == []
    completion = write(generation, tokenizer, [70] * 50)
    assert completion.text == " Oslo, a city"
    assert len(completion.tokens) <= len(wanted)
    assert completion.finish.reason == "stop"


def test_what_must_follow_a_choice_is_drafted_once_it_is_made(
    tokenizer: Tokenizer, compiler: ConstraintCompiler
) -> None:
    generation = begin(tokenizer, compiler.regex("(x|z) and so on"), speculate=False)
    assert generation.draft(100) == []
    generation.take(favour(tokenizer, *tokenizer.encode("z")))
    assert tokenizer.decode(generation.draft(100)) == " and so on"


def test_what_may_come_is_drafted_from_the_prompt(tokenizer: Tokenizer) -> None:
    prompt = " Oslo, a city of Norway; Oslo,"
    generation = begin(tokenizer, prompt=prompt, limit=4)
    ahead = tokenizer.encode(" a city of Norway;")
    assert generation.draft(100) == ahead[:3]  # the last token of the reply needs no draft after it
    assert generation.draft(2) == ahead[:2]
    generation.take(favour(tokenizer, ahead[0]))
    assert generation.draft(100) == ahead[1:3]
    assert begin(tokenizer, prompt=prompt, speculate=False).draft(100) == []
    assert begin(tokenizer).draft(100) == []


def test_drafts_that_fail_get_shorter(tokenizer: Tokenizer) -> None:
    generation = begin(tokenizer, prompt="1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2")
    length = len(generation.draft(100))
    generation.report_draft(length, 0)
    assert 0 < len(generation.draft(100)) < length
    begin(tokenizer, speculate=False).report_draft(0, 0)


@pytest.mark.parametrize("limit", [24, 30, 60, 120])
def test_a_held_reply_is_whole_at_any_limit_that_allows_one(
    tokenizer: Tokenizer, compiler: ConstraintCompiler, limit: int
) -> None:
    constraint = compiler.json_schema(PERSON)
    assert constraint.shortest <= 24
    endless = tokenizer.encode('{"name":"' + "Oslo " * 200)
    completion = write(begin(tokenizer, constraint, limit=limit), tokenizer, endless)
    assert completion.finish.reason == "length"
    assert len(completion.tokens) <= limit
    assert completion.text.endswith("]}")
    state = constraint.start()
    for token in completion.tokens:
        state.advance(token.id)
    assert state.is_complete


@pytest.mark.parametrize("room", [0, 1, 60])
def test_a_held_reply_that_fits_is_the_models_own(
    tokenizer: Tokenizer, compiler: ConstraintCompiler, room: int
) -> None:
    said = '{"name":"Ada","likes":["Oslo"]}'
    free = write(begin(tokenizer, compiler.json_schema(PERSON)), tokenizer, tokenizer.encode(said))
    assert free.finish.reason == "stop"
    wanted = [token.id for token in free.tokens]
    held = write(begin(tokenizer, compiler.json_schema(PERSON), limit=len(wanted) + room), tokenizer, wanted)
    assert ([token.id for token in held.tokens], held.finish.reason) == (wanted, "stop")


def test_a_long_end_is_kept_within_reach_from_the_start(
    tokenizer: Tokenizer, compiler: ConstraintCompiler
) -> None:
    terms = {"const": "abcdefgh" * 10}
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "terms": terms},
        "required": ["name", "terms"],
    }
    constraint = compiler.json_schema(schema)
    assert constraint.shortest > WATCHED_TOKENS
    endless = tokenizer.encode('{"name":"' + "Oslo " * 200)
    completion = write(begin(tokenizer, constraint, limit=constraint.shortest + 20), tokenizer, endless)
    assert json.loads(completion.text)["terms"] == terms["const"]


def test_a_reply_that_may_end_does_so_before_what_has_no_room(
    tokenizer: Tokenizer, compiler: ConstraintCompiler
) -> None:
    constraint = compiler.regex("x(z[0-9]{30})?")
    completion = write(begin(tokenizer, constraint, limit=8), tokenizer, tokenizer.encode("xz12345"))
    assert (completion.text, completion.finish.reason) == ("x", "stop")


def test_a_limit_below_any_reply_cuts_it(tokenizer: Tokenizer, compiler: ConstraintCompiler) -> None:
    constraint = compiler.json_schema(PERSON)
    limit = constraint.shortest - 1
    completion = write(begin(tokenizer, constraint, limit=limit), tokenizer, [70] * 50)
    assert (completion.finish.reason, len(completion.tokens)) == ("length", limit)


def test_stop_strings_hold_for_words_and_not_for_calls(
    tokenizer: Tokenizer, compiler: ConstraintCompiler
) -> None:
    schema = {"type": "object", "properties": {"city": {"enum": ["Oslo"]}}, "required": ["city"]}
    tool = {"type": "function", "function": {"name": "visit", "parameters": schema}}
    constraint = compiler.tool_calls([tool], required=False, parallel=False)
    called = tokenizer.special_ids[special_tokens.TOOL_CALL]
    generation = begin(tokenizer, constraint, stop=("Oslo", "Well?"))
    shown = []
    for token in [*tokenizer.encode(" So. Well"), called]:
        taken = generation.take(favour(tokenizer, token))
        assert taken is not None
        shown.append((taken.id, taken.text))
    assert shown[-1] == (called, "Well")  # what was held back comes with the mark of the call
    assert "".join(text for _, text in shown) == " So. Well"
    completion = write(generation, tokenizer, [])
    assert completion.text.endswith('"arguments":{"city":" Oslo"}}')
    assert completion.finish.reason == "stop"
