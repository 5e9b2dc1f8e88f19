from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from langchain_core.tools import ToolException

from agent.parts.library import Library
from agent.parts.memory import Memory
from agent.tools import build_tools
from agent.tools.calculator import calculate
from agent.tools.dates import add_to_date, current_time, days_between
from agent.tools.units import convert_units
from graphs.tool_agent.guard import changes_something
from tests.agent.fakes import MemoryIndex, open_memory_index


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("(3 + 4) * 2", "14"),
        ("2^10", "1024"),
        ("1,200 * 3", "3600"),
        ("15% of 80", "12"),
        ("15% * 80", "12"),
        ("200 + 10%", "200.1"),
        ("80 / 20%", "400"),
        ("80 / 20 %", "400"),
        ("5%^2", "0.0025"),
        ("80 / (10 + 10)%", "400"),
        ("1 / sqrt(max(4, 16))%", "25"),
        ("1 / 5%%", "2000"),
        ("80 / 2e1%", "400"),
        ("max(1,200)%", "2"),
        ("1,000 + 5%", "1000.05"),
        ("10 / 4 =", "2.5"),
        ("sqrt(2)", "1.41421356237"),
        ("max(1,200)", "200"),
        ("0.1 + 0.2", "0.3"),
        ("6 \u00d7 7", "42"),
    ],
)
def test_arithmetic(expression: str, result: str) -> None:
    assert calculate.invoke({"expression": expression}) == result


@pytest.mark.parametrize(
    ("written", "is_expression"),
    [
        ("(3 + 4) * 2.5", True),
        ("15% * 80 - sqrt(2)", True),
        ("max(1, 2) ** log10(100)", True),
        ("13 of them cost", False),
        ("thirteen", False),
        ("", False),
    ],
)
def test_a_model_that_is_held_to_the_schema_writes_an_expression(written: str, is_expression: bool) -> None:
    pattern = calculate.args["expression"]["pattern"]
    assert bool(re.search(pattern, written)) is is_expression


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "1/0",
        "9**9**9",
        "__import__('os')",
        "().__class__",
        "'a' * 10",
        "1 if True",
        "x",
        "True",
        "9" * 400,
        "1e308*10",
        "1; 2",
        "1\n2",
        "10%3",
        "10%(3)",
        "%",
    ],
)
def test_what_is_no_arithmetic_is_refused(expression: str) -> None:
    with pytest.raises(ToolException):
        calculate.invoke({"expression": expression})


@pytest.mark.parametrize(
    "expression",
    ["max(1,000, 2,000)", "round(1,234)", "sqrt(1,600)", "max(100,200,300)", "1,000 + max(1, 2)"],
)
def test_a_comma_that_may_part_thousands_or_arguments_is_refused(expression: str) -> None:
    with pytest.raises(ToolException, match="Write thousands without a comma"):
        calculate.invoke({"expression": expression})


@given(st.text(max_size=60))
@example("%" * 290)
@example("(1)%" * 70)
def test_no_expression_breaks_the_calculator(expression: str) -> None:
    with suppress(ToolException):
        float(calculate.invoke({"expression": expression}))


def test_units() -> None:
    def convert(value: float, from_unit: str, to_unit: str) -> str:
        return str(convert_units.invoke({"value": value, "from_unit": from_unit, "to_unit": to_unit}))

    assert convert(26.2, "miles", "km") == "42.1648128 km"
    assert convert(100, "celsius", "fahrenheit") == "212 fahrenheit"
    assert convert(0, "\u00b0C", "K") == "273.15 K"
    assert convert(60, "mph", "km/h") == "96.56064 km/h"
    assert convert(36, "km/h", "m s^-1") == "10 m s^-1"
    assert convert(1, "m**3", "L") == convert(1, "m\u00b3", "L") == "1000 L"
    for endless in (
        "9**9**9",
        "m^9^9^9",
        "(9^9)^9",
        "m**99999999",
        "9\u2079\u2079\u2079\u2079",
        "m\u00b2\u2079\u2079",
    ):
        with pytest.raises(ToolException, match="write it like"):
            convert(1, endless, "m")
    for wrong in (("kg", "m"), ("foo", "bar"), ("", "m"), ("m" * 500, "km"), ("__import__", "m")):
        with pytest.raises(ToolException):
            convert(1, *wrong)


@given(st.text(max_size=20))
@example("(")
@example("m+")
@example("\x00")
def test_no_unit_breaks_the_conversion(unit: str) -> None:
    with suppress(ToolException):
        convert_units.invoke({"value": 1.0, "from_unit": unit, "to_unit": "m"})


def test_dates() -> None:
    def add(start: str, amount: int, unit: str) -> str:
        return str(add_to_date.invoke({"start": start, "amount": amount, "unit": unit}))

    assert add("2026-01-31", 1, "months") == "Saturday, 2026-02-28"
    assert add("2024-02-29", 1, "years") == "Friday, 2025-02-28"
    assert add("2026-03-01", -1, "days") == "Saturday, 2026-02-28"
    assert add("2025-12-15", 2, "weeks") == "Monday, 2025-12-29"
    assert add("2026-01-15", -1, "months") == "Monday, 2025-12-15"
    assert days_between.invoke({"start": "2026-01-01", "end": "2026-03-01"}) == "59 days"
    for wrong in (("soon", 1, "days"), ("2026-01-31", 10**9, "months"), ("2026-01-31", 10**12, "days")):
        with pytest.raises(ToolException):
            add(*wrong)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-05", "5 March 2026", "March 5, 2026", "5 Mar 2026", "5th of March 2026", "march 5th, 2026",
        "5.3.2026", "05.03.2026", "Thursday, 2026-03-05", " 2026-03-05T12:00 ", "5. 3. 2026",
        "2026-03-05.", "2026.03.05", "2026/03/05.", "2026-03-05T10:00:00.000", "5. March 2026.",
        "Thursday, 5.3.2026", "5.3.26.",
    ],
)  # fmt: skip
def test_a_date_is_read_as_people_write_it(written: str) -> None:
    assert add_to_date.invoke({"start": written, "amount": 1}) == "Friday, 2026-03-06"


@pytest.mark.parametrize(
    "written", ["5 March", "March 2026", "2026", "12", "Friday", "5/3/2026", "10 pieces", "5 Mrch 2026"]
)
def test_what_may_be_several_dates_is_none(written: str) -> None:
    with pytest.raises(ToolException, match="write it like 2026-03-31"):
        days_between.invoke({"start": written, "end": "today"})


def test_numbers_that_can_be_only_one_date_are_one() -> None:
    for written in ("13/5/2026", "5/13/2026"):
        assert days_between.invoke({"start": "2026-05-12", "end": written}) == "1 day"
    assert days_between.invoke({"start": "2026-05-04", "end": "5/5/2026"}) == "1 day"


@given(st.text(max_size=20))
@example("0.0.0")
@example("9" * 20)
@example("1e9")
def test_no_text_breaks_the_calendar(written: str) -> None:
    with suppress(ToolException):
        days_between.invoke({"start": written, "end": "today"})


def test_the_clock() -> None:
    assert "UTC" in current_time.invoke({"timezone": "UTC"})
    assert days_between.invoke({"start": "today", "end": "now"}) == "0 days"
    for city in ("Asia/Kolkata", "kolkata", "Europe/Kolkata"):
        assert "IST" in current_time.invoke({"timezone": city})
    for nowhere in ("Mars/Crater", "West", "../etc"):  # the west is Australia's or Brazil's
        with pytest.raises(ToolException, match="Europe/Berlin"):
            current_time.invoke({"timezone": nowhere})


def test_documents(folder: Path) -> None:
    library = Library([folder], open_memory_index)
    library.refresh()
    tools: dict[str, Any] = {tool.name: tool for tool in build_tools(library)}
    assert "island.md, lines 6-" in tools["search_documents"].invoke({"query": "ferry pier"})
    assert tools["list_documents"].invoke({}) == "island.md"
    assert "no such" in tools["list_documents"].invoke({"contains": "tower"})
    read = tools["read_document"].invoke({"path": "island.md", "first_line": 4})
    assert read.startswith("island.md, lines 4-9:\nIt is 38")
    with pytest.raises(ToolException, match="list_documents"):
        tools["read_document"].invoke({"path": "../../etc/passwd"})


def test_a_document_is_known_by_its_name_and_among_other_words(tmp_path: Path) -> None:
    paths = ("team/ada-finch.md", "team/notes.md", "notes.md", "old/letter 7.md")
    library = Library([tmp_path], lambda _: MemoryIndex({path: f"About {path}." for path in paths}))
    tools: dict[str, Any] = {tool.name: tool for tool in build_tools(library)}
    for named in ("ada-finch", "Ada-Finch.md", "Scroll team/ada-finch.md", "quote ada-finch.md to"):
        assert tools["read_document"].invoke({"path": named}).startswith("team/ada-finch.md, lines 1-1:")
    assert tools["read_document"].invoke({"path": "notes.md"}).startswith("notes.md,")
    assert tools["read_document"].invoke({"path": "letter 7.md"}).startswith("old/letter 7.md,")
    for unclear in ("notes", "finch", "", "ada-finch.md or notes.md"):
        with pytest.raises(ToolException, match="no document"):
            tools["read_document"].invoke({"path": unclear})
    listed = tools["list_documents"]
    assert listed.invoke({"contains": "finch Team"}) == "team/ada-finch.md"
    assert listed.invoke({"contains": "mentions finch"}) == "team/ada-finch.md"
    assert listed.invoke({"contains": "old finch"}).splitlines() == ["team/ada-finch.md", "old/letter 7.md"]
    assert listed.invoke({"contains": "mentions"}) == "There is no such document."


def test_memory_is_found_by_its_meaning(tmp_path: Path) -> None:
    vectors = {"my boat is red": [1.0, 0.0], "I like tea": [0.0, 1.0], "drinks": [0.1, 0.9]}
    memory = Memory(tmp_path / "memory.sqlite", lambda texts: [vectors[text] for text in texts])
    assert memory.search("drinks") == []
    tools: dict[str, Any] = {tool.name: tool for tool in build_tools(None, memory)}
    assert changes_something(tools["remember"])
    assert not changes_something(tools["recall"])
    assert tools["remember"].invoke({"fact": "my boat  is red"}) == "Remembered: my boat is red"
    memory.remember("I like tea")
    assert tools["recall"].invoke({"about": "drinks"}).splitlines()[0] == "I like tea"
    later = Memory(tmp_path / "memory.sqlite", lambda texts: [vectors[text] for text in texts])
    assert {item.text for item in later.all()} == {"my boat is red", "I like tea"}
    assert later.forget("") is None
    [found] = later.search("drinks", limit=1)
    later.remember(f"{found.key} is a key")
    vectors[f"{found.key} is a key"] = [0.0, 0.0]
    assert later.forget(found.key) is not None
    assert {item.text for item in later.all()} == {"my boat is red", f"{found.key} is a key"}
    assert later.forget("my boat") is not None
    assert later.forget("") is None


def test_what_is_kept_of_a_long_fact_is_what_is_told(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.sqlite")
    tools: dict[str, Any] = {tool.name: tool for tool in build_tools(None, memory)}
    told = tools["remember"].invoke({"fact": "my boat is red " * 50})
    assert [told] == [f"Remembered: {item.text}" for item in memory.all()]


def test_tools_fit_a_small_context(folder: Path, tmp_path: Path) -> None:
    library = Library([folder], open_memory_index)
    tools = build_tools(library, Memory(tmp_path / "memory.sqlite"))
    assert sum(len(tool.description) for tool in tools) < 900
    assert all("Args:" not in tool.description for tool in tools)
