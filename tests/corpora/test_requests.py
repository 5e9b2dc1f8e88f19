"""Invented requests: the same for a seed, calls that fit schemas, arguments that stand in messages."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from unittest.mock import MagicMock
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.tools import build_tools
from corpora.worlds.requests import KINDS, own_requests, requests
from corpora.worlds.requests.foreign_names import foreign_requests

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(requests(3000, seed=7))


def functions_of(row: Row) -> dict[str, Row]:
    return {tool["function"]["name"]: tool["function"] for tool in row["tools"]}


def strings_of(arguments: Row) -> Iterator[str]:
    for value in arguments.values():
        yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))


def test_requests_are_the_same_for_the_same_seed() -> None:
    first, again, other = (list(requests(60, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_our_schemas_are_those_of_the_agent() -> None:
    tools = [convert_to_openai_tool(tool) for tool in build_tools(MagicMock(), MagicMock())]
    assert tools == list(own_requests.SCHEMAS.values())


def test_every_expected_call_fits_a_tool_on_offer(rows: list[Row]) -> None:
    validators: dict[str, jsonschema.Draft202012Validator] = {}
    for row in rows:
        functions = functions_of(row)
        assert 1 <= len(row["tools"]) == len(functions) <= 4
        for function in functions.values():
            validator = jsonschema.Draft202012Validator(
                function["parameters"] | {"additionalProperties": False}
            )
            if validators.setdefault(json.dumps(function), validator) is validator:
                validator.check_schema(validator.schema)
        if row["expected"]:
            called = json.dumps(functions[row["expected"][0]["name"]])
            validators[called].validate(row["expected"][0]["arguments"])


def test_shares_are_as_promised(rows: list[Row]) -> None:
    none = sum(not row["expected"] for row in rows)
    own = sum(bool(row["expected"]) and row["expected"][0]["name"] in own_requests.SCHEMAS for row in rows)
    assert 0.17 < none / len(rows) < 0.23
    assert 0.4 < own / (len(rows) - none) < 0.5


def test_arguments_stand_in_the_message(rows: list[Row]) -> None:
    found = [
        text in row["messages"][0]["content"]
        for row in rows
        if row["expected"]
        for text in strings_of(row["expected"][0]["arguments"])
    ]
    assert sum(found) / len(found) > 0.85


def test_messages_are_filled_and_varied(rows: list[Row]) -> None:
    messages = [row["messages"][0]["content"] for row in rows]
    assert not [message for message in messages if re.search(r"[{}\[\]]|  |^\W*$", message)]
    assert len(set(messages)) > 0.93 * len(messages)


def test_every_tool_and_every_kind_is_called(rows: list[Row]) -> None:
    called = Counter(row["expected"][0]["name"] for row in rows if row["expected"])
    assert set(own_requests.SCHEMAS) <= set(called)
    plain = {name.split(".")[-1].replace("_", "").lower() for name in called}
    missing = [kind.names for kind in KINDS if not plain & {name.replace(" ", "") for name in kind.names}]
    assert not missing


def test_kinds_name_things_only_once() -> None:
    functions = Counter(name for kind in KINDS for name in kind.names)
    assert len(KINDS) >= 40
    assert [name for name, times in functions.items() if times > 1] == []
    for kind in KINDS:
        names = Counter(name for parameter in kind.parameters for name in set(parameter.names))
        assert max(names.values()) == 1, kind.names


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.names[0])
def test_every_wording_gives_what_is_required(kind: Any) -> None:
    known = {parameter.names[0] for parameter in kind.parameters}
    required = {parameter.names[0] for parameter in kind.parameters if not parameter.optional}
    for wording in kind.asked:
        assert set(re.findall(r"\{(\w+)\}", wording)) <= known, wording
        assert required <= set(re.findall(r"\{(\w+)\}", re.sub(r"\[[^\]]*\]", "", wording))), wording


def test_our_tools_understand_what_is_asked_of_them(rows: list[Row]) -> None:
    tools = {tool.name: tool for tool in build_tools()}
    for row in rows[:1200]:
        if row["expected"] and row["expected"][0]["name"] in tools:
            tools[row["expected"][0]["name"]].invoke(row["expected"][0]["arguments"])


def test_time_zones_exist() -> None:
    assert all(ZoneInfo(zone).key == zone for zone in own_requests.ZONES.values())


def test_foreign_names_take_the_place_of_what_is_copied(rows: list[Row]) -> None:
    made = list(foreign_requests(rows, random.Random(0)))
    assert len(made) > 0.2 * len(rows)
    assert made == list(foreign_requests(rows, random.Random(0)))
    names, kept = [], 0
    for row in made:
        [name] = row["expected"][0]["arguments"].values()
        message = row["messages"][0]["content"]
        assert name in message
        names.append(name)
        kept += any(message.startswith(other["messages"][0]["content"][:9]) for other in rows)
    assert sum(name.isascii() for name in names) < 0.02 * len(names)
    assert 0.2 * len(made) < kept < 0.9 * len(made)
