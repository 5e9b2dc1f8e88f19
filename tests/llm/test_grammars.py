"""Which replies a constraint lets through and which not, text by text, without a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch

from llm.errors import ConstraintError
from llm.inference.constraints import Constraint, ConstraintCompiler
from llm.inference.schemas import close_schema
from llm.tokenization import special_tokens
from llm.tokenization.opening import open_text
from llm.tokenization.tokenizer import Tokenizer

PASSAGES = ["Oslo, a city\nof 709,037 people.", " ", "It's wet", "👍 ok"]
CITY = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "title": "City", "description": "Where.", "default": ""},
        "days": {"type": "integer"},
        "unit": {"enum": ["C", "F", "👍"]},
    },
    "required": ["city"],
}
CALL = special_tokens.TOOL_CALL
NOW = f'{CALL}{{"name":"now","arguments":{{}}}}'


@pytest.fixture(scope="module")
def compiler(tokenizer: Tokenizer) -> ConstraintCompiler:
    return ConstraintCompiler(tokenizer)


def allows(compiler: ConstraintCompiler, constraint: Constraint, text: str) -> bool:
    """Whether a reply under the constraint may be this text, which the model writes with its opening."""
    return allows_written(compiler, constraint, text if text.startswith(CALL) else open_text(text))


def allows_written(compiler: ConstraintCompiler, constraint: Constraint, text: str) -> bool:
    """Whether the model may write this under the constraint."""
    state = constraint.start()
    for part in text.replace(CALL, f"\0{CALL}\0").split("\0"):
        called = [compiler.tokenizer.special_ids[CALL]]
        for token in called if part == CALL else compiler.tokenizer.encode(part):
            try:
                state.advance(token)
            except ConstraintError:
                return False
    return state.is_complete


def tool(name: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": name} | ({"parameters": parameters} if parameters else {}),
    }


def call(arguments: str, name: str = "weather") -> str:
    opened = arguments.replace(':"', ':" ')
    return f'{CALL}{{"name":"{name}","arguments":{opened}}}'


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ('{"city":"Oslo"}', True),
        ('{"city":"","days":3,"unit":"👍"}', True),
        ('{"city": "Oslo"}', False),
        ('{"city":"Oslo", "days":3}', False),
        ('{"city":"Oslo","more":1}', False),
        ('{"days":3}', False),
        ('{"city":"Oslo","days":"3"}', False),
    ],
)
def test_json_is_compact_and_closed(compiler: ConstraintCompiler, text: str, is_allowed: bool) -> None:
    assert allows(compiler, compiler.json_schema(CITY), text) is is_allowed


@pytest.mark.parametrize("schema", [{}, {"type": "object"}, {"additionalProperties": {"type": "integer"}}])
def test_json_that_names_nothing_is_open(compiler: ConstraintCompiler, schema: dict[str, Any]) -> None:
    assert allows(compiler, compiler.json_schema({"type": "object"} | schema), '{"any":1}')


def test_closing_reaches_every_part_of_a_schema_that_holds_schemas() -> None:
    inner = {"properties": {"a": {"type": "string"}}}
    closed = inner | {"additionalProperties": False}
    kept = {"enum": [inner], "const": inner, "allOf": [inner], "required": ["a"], "type": "object"}
    for key in ("properties", "$defs", "definitions", "patternProperties"):
        assert close_schema({key: {"b": inner}})[key] == {"b": closed}
    for key in ("anyOf", "oneOf", "prefixItems"):
        assert close_schema({key: [inner, True]}) == {key: [closed, True]}
    for key in ("items", "additionalProperties"):
        assert close_schema({key: inner}) == {key: closed}
    assert close_schema({"items": [inner]}) == {"items": [closed]}
    assert close_schema(kept) == kept
    for says_itself in ({"additionalProperties": True}, {"allOf": [inner]}):
        assert close_schema(inner | says_itself) == inner | says_itself
    assert close_schema({"properties": True}) == {"properties": True, "additionalProperties": False}
    assert inner == {"properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize("choices", [["yes", "yes, of course", "no"], ['"quoted" \\', "\x7f", "東京👍\n"]])
def test_choices_are_whole(compiler: ConstraintCompiler, choices: list[str]) -> None:
    constraint = compiler.choice(choices)
    assert all(allows(compiler, constraint, choice) for choice in choices)
    for text in ("", choices[1][:-1], choices[1] + "x", choices[0] + choices[1], "maybe"):
        assert not allows(compiler, constraint, text)


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("Oslo", True),
        ("Oslo, a", True),
        ("a city\nof 709,037 people.", True),
        ("people.", True),
        ("It's wet", True),
        ("👍 ok", True),
        ("", False),
        (" a city", False),
        ("a city\n", False),
        ("slo", False),
        ("Osl", False),
        ("city of", False),
        ("Oslo city", False),
        ("people. It's", False),
        ("people.It's", False),
        ("oslo", False),
    ],
)
def test_a_span_is_a_run_of_whole_words_of_one_text(
    compiler: ConstraintCompiler, text: str, is_allowed: bool
) -> None:
    assert allows(compiler, compiler.spans(PASSAGES), text) is is_allowed


@pytest.mark.parametrize("texts", [[], ["", " \n"]])
def test_without_words_there_is_nothing_to_quote(compiler: ConstraintCompiler, texts: list[str]) -> None:
    with pytest.raises(ConstraintError) as error:
        compiler.spans(texts)
    assert str(error.value) == "There is no text to quote from: send at least one passage with words in it."


def test_a_choice_of_nothing_is_refused_in_a_sentence(compiler: ConstraintCompiler) -> None:
    for choices in ([], ["yes", ""]):
        with pytest.raises(ConstraintError) as error:
            compiler.choice(choices)
        assert str(error.value) == "A choice needs at least one text, and none may be empty."


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("Who led Kralem & Sons?", True),
        ("Who led Kralem & Sons?\nWhen was VGG-16's a/b test?", True),
        ("When did #1 begin, in 1999?", True),
        ("kralem, is it?", True),
        ("Kralem?", True),
        ("Who led Kra?", False),
        ("Who led Kralem Works?", False),
        ("When was 1998?", False),
        ("Who Led Kralem?", False),
        ("Who led Kralem", False),
        ("Who led Kralem?\n", False),
        ("Who  led Kralem?", False),
        ("Is it?\n" * 3 + "Is it?", True),
        ("Is it?\n" * 4 + "Is it?", False),
        ("a" + " b" * 24 + "?", True),
        ("a" + " b" * 25 + "?", False),
        ("", False),
    ],
)
def test_questions_name_what_the_text_names(
    compiler: ConstraintCompiler, text: str, is_allowed: bool
) -> None:
    asked = 'Who led "Kralem & Sons" (1999), and when was VGG-16\'s a/b test?'
    assert allows(compiler, compiler.questions(asked), text) is is_allowed


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("Who leads Isford Union?\nWho leads Ada O'Hara-Lund's Works?", True),
        ("Who leads Ada O'Hara-Lund's Works?", True),
        ("Does Isford Union?", True),
        ("Who leads Isford?", False),
        ("Who leads Union?", False),
        ("Who leads Isford works?", False),
        ("Who leads Ada?", False),
        ("Is Marrow Point or Gull far?", True),
        ("Is Marrow far?", False),
        ("Is Which Isford Union?", True),
        ("Which is it, Which?", True),
    ],
)
def test_names_of_several_words_stay_together(
    compiler: ConstraintCompiler, text: str, is_allowed: bool
) -> None:
    asked = "Which Isford Union or Ada O'Hara-Lund's Works is nearer to Marrow Point, or to Gull?"
    assert allows(compiler, compiler.questions(asked), text) is is_allowed


@pytest.mark.parametrize(
    ("text", "required", "parallel", "is_allowed"),
    [
        (NOW, True, True, True),
        (NOW, True, False, True),
        (NOW, False, False, True),
        (NOW + NOW, True, True, True),
        (NOW + NOW, False, True, True),
        (NOW + NOW, True, False, False),
        (NOW + NOW, False, False, False),
        ("Well.\nLet me see." + NOW, False, True, True),
        ("Well." + NOW + NOW, False, True, True),
        ("Well." + NOW, True, True, False),
        ("Well.", False, True, True),
        ("Well.", True, True, False),
        (NOW + "Well.", False, True, False),
        ("", False, True, False),
        (NOW + call('{"city":"Oslo"}'), True, True, True),
        (call('{"city":"Oslo","unit":"F"}'), True, True, True),
        (call('{"town":"Oslo"}'), True, True, False),
        (call("{}", "later"), True, True, False),
        (call('{"any":1}', "now"), True, True, False),
        (call("{}", "odd")[:-1], True, True, False),
    ],
)
def test_calls_are_of_the_tools_and_as_many_as_may_be(
    compiler: ConstraintCompiler, text: str, required: bool, parallel: bool, is_allowed: bool
) -> None:
    tools = [tool("now"), tool("weather", CITY)]
    how: dict[str, bool] = {} if parallel else {"parallel": False}  # several, unless it is said otherwise
    constraint = compiler.tool_calls(tools, required=required, **how)
    assert allows(compiler, constraint, text) is is_allowed


def test_parameters_that_do_not_say_so_are_an_object(compiler: ConstraintCompiler) -> None:
    untyped = {"properties": {"n": {"type": "integer"}}}
    constraint = compiler.tool_calls([tool("weather", untyped)], required=True)
    assert not allows(compiler, constraint, call('""'))
    assert allows(compiler, constraint, call('{"n":3}'))


def test_a_given_beginning_comes_first_and_alone(compiler: ConstraintCompiler) -> None:
    open_ = compiler.choice(["yes", "no"])
    token, *others = compiler.tokenizer.encode(" no")
    state = open_.beginning_with([token]).start()
    assert state.allowed().nonzero().flatten().tolist() == [token]
    assert state.allowed().shape == open_.start().allowed().shape
    assert state.allowed().dtype == torch.bool
    assert state.forced() == [token]
    assert not state.is_complete
    same = state.copy()
    assert same.forced() == [token]
    state.advance(token)
    for rest in others:
        state.advance(rest)
    assert state.is_complete
    assert allows(compiler, open_, "yes")  # the constraint that it was made from is left as it is


def test_what_nothing_else_may_follow_is_forced(compiler: ConstraintCompiler) -> None:
    assert compiler.tokenizer.decode(compiler.choice(["Oslo"]).start().forced()) == " Oslo"
    assert compiler.regex("yes|no").start().forced() == []


def test_a_grammar_may_call_itself(compiler: ConstraintCompiler) -> None:
    constraint = compiler.lark('start: "(" start ")" | /[0-9]/')
    assert allows_written(compiler, constraint, "((7))")
    assert not allows_written(compiler, constraint, "((7)")


def test_a_copied_state_goes_its_own_way(compiler: ConstraintCompiler) -> None:
    state = compiler.choice(["yes", "no"]).start()
    other = state.copy()
    for token in compiler.tokenizer.encode(" yes"):
        state.advance(token)
    assert (state.is_complete, other.is_complete) == (True, False)
    assert state.is_finished
    assert not other.is_finished


def test_a_wrong_token_is_named(compiler: ConstraintCompiler) -> None:
    token = compiler.tokenizer.encode("x")[0]
    state = compiler.choice(["yes", "no"]).start()
    with pytest.raises(ConstraintError) as error:
        state.advance(token)
    assert 'token "x"' in str(error.value)
    assert "\n" not in str(error.value)


def test_the_way_to_the_end_is_short_and_complete(compiler: ConstraintCompiler) -> None:
    constraint = compiler.json_schema(CITY)
    closing = constraint.start().closing(limit=100)
    assert closing is not None
    assert allows_written(compiler, constraint, compiler.tokenizer.decode(closing))
    assert constraint.shortest == len(closing) < 16
    assert constraint.start().closing(limit=len(closing)) == closing
    assert constraint.start().closing(limit=len(closing) - 1) is None
    begun = constraint.start()
    for token in closing[:5]:
        begun.advance(token)
    rest = begun.closing(limit=100)
    assert rest is not None
    assert len(rest) <= len(closing) - 5
    assert begun.closing(limit=100) == rest  # looking ahead moves nothing
    assert compiler.choice(["Oslo, a city of light"]).start().closing(limit=2) is None
    assert compiler.regex("a*").shortest == 0
    assert compiler.regex("[xy]{600}").shortest == 0  # longer than is worth looking for


def test_strings_without_an_end_in_sight_are_closed(compiler: ConstraintCompiler) -> None:
    long = compiler.json_schema({"type": "string", "minLength": 40}).start().closing(limit=200)
    assert long is not None
    assert max(map(long.count, long)) <= 8  # not the same sign for ever
    assert len(compiler.tokenizer.decode(long)) >= 42


def test_a_model_with_more_scores_than_tokens_gets_them_masked(
    compiler: ConstraintCompiler, tokenizer: Tokenizer
) -> None:
    wide = ConstraintCompiler(tokenizer, tokenizer.vocabulary_size + 37)
    allowed, usual = (one.choice(["yes", "no"]).start().allowed() for one in (wide, compiler))
    assert len(allowed) == len(usual) + 37 == tokenizer.vocabulary_size + 37
    assert torch.equal(allowed[: len(usual)], usual)
    assert not allowed[len(usual) :].any()
    assert allowed.dtype == usual.dtype == torch.bool


def test_a_reply_may_end_only_with_the_end_token(compiler: ConstraintCompiler) -> None:
    state = compiler.regex("a?").start()
    assert state.allowed()[compiler.tokenizer.end_id]
    assert not compiler.regex("a+").start().allowed()[compiler.tokenizer.end_id]


def test_constraints_used_lately_are_compiled_once(compiler: ConstraintCompiler) -> None:
    assert compiler.regex("ab") is compiler.regex("ab")
    assert compiler.choice(["a"]) is not compiler.choice(["b"])


def test_what_cannot_be_compiled_is_refused_in_one_sentence(compiler: ConstraintCompiler) -> None:
    for refused in (lambda: compiler.regex("("), lambda: compiler.lark("start: unknown")):
        with pytest.raises(ConstraintError) as error:
            refused()
        assert str(error.value).startswith("The reply cannot be held to this constraint: ")
        assert "\n" not in str(error.value)
        assert not str(error.value).endswith(("reason", "None"))
