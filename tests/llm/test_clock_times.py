"""Times of day that were said, as calls hold them."""

from __future__ import annotations

import pytest

from llm.chat.clock_times import clock_times, is_clock_time


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("At 5:30 pm or 8 a.m., please", ["17:30", "08:00"]),
        ("12 PM, 12:05 am", ["12:00", "00:05"]),
        ("half past 5 in the evening", ["17:30"]),
        ("a quarter to ten in the morning", ["09:45"]),
        ("quarter past 9 at night, half past 12 at night", ["21:15", "00:30"]),
        ("quarter to 12 at night", ["23:45"]),
        ("twelve in the afternoon", ["12:00"]),
        ("3 o'clock in the afternoon", ["15:00"]),
        ("in the afternoon, 3:30 and not later", ["15:30"]),
        ("from 17:45 to 8:15", ["17:45", "08:15", "8:15"]),
        ("I am 5 and have 3 meetings in the morning", []),
        ("version 12:30:45 at 25:10", []),
        ("", []),
    ],
)
def test_times_are_found_in_many_words(said: str, times: list[str]) -> None:
    assert clock_times([said]) == times


def test_a_time_that_is_said_twice_stands_once() -> None:
    assert clock_times(["5 pm", "at 17:00, not 7 am"]).count("17:00") == 1


@pytest.mark.parametrize(
    ("text", "is_time"),
    [("08:30", True), ("8:30", True), ("23:59", True), ("24:00", False), ("8:3", False), ("5 pm", False)],
)
def test_a_time_is_told_from_other_texts(text: str, is_time: bool) -> None:
    assert is_clock_time(text) is is_time
