"""Days and times as people say them."""

from __future__ import annotations

import datetime

import pytest

from natter_llm.demo import dates

TODAY = datetime.date(2026, 3, 4)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today at noon", "2026-03-04"),
        ("tomorrow morning", "2026-03-05"),
        ("the day after tomorrow", "2026-03-06"),
        ("on Friday", "2026-03-06"),
        ("next Friday", "2026-03-13"),
        ("next monday", "2026-03-09"),
        ("on wednesday", "2026-03-11"),
        ("in three days", "2026-03-07"),
        ("in a week", "2026-03-11"),
        ("in two weeks", "2026-03-18"),
        ("next week", "2026-03-11"),
        ("March third", "2027-03-03"),
        ("March 5th", "2026-03-05"),
        ("the third of June, 2027", "2027-06-03"),
        ("the twenty-third of May", "2026-05-23"),
        ("12/24", "2026-12-24"),
        ("2026-12-24", "2026-12-24"),
        ("2026-13-24", None),
        ("June 31st", None),
        ("may I book a table", None),
        ("whenever you like", None),
    ],
)
def test_day(text: str, day: str | None) -> None:
    found = dates.day(text, TODAY)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("at seven", "07:00"),
        ("at seven thirty pm", "19:30"),
        ("at half past three", "03:30"),
        ("quarter to five in the afternoon", "16:45"),
        ("quarter past one", "01:15"),
        ("7:30 p.m.", "19:30"),
        ("12:15 a.m.", "00:15"),
        ("nine o'clock in the evening", "21:00"),
        ("noon", "12:00"),
        ("at midnight", "00:00"),
        ("at ten fifteen", "10:15"),
        ("8 in the morning", "08:00"),
        ("at 99", None),
        ("seven", None),
        ("for four people", None),
    ],
)
def test_time(text: str, time: str | None) -> None:
    found = dates.time(text)
    assert (found.isoformat("minutes") if found else None) == time


def test_a_bare_number_is_a_time_only_where_one_was_asked_for() -> None:
    assert dates.time("ten fifteen", bare=True) == datetime.time(10, 15)
