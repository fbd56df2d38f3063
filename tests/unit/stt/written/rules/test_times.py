from __future__ import annotations

import pytest

from natter_stt.written import write


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Let's meet at ten thirty a m.", "Let's meet at 10:30 am."),
        ("Let's meet at 10:30am on Monday.", "Let's meet at 10:30 am on Monday."),
        ("Let's meet at ten thirty a.m. on Friday.", "Let's meet at 10:30 am on Friday."),
        ("at seven pm", "at 7 pm"),
        ("At three o'clock.", "At 3 o'clock."),
        ("at six oh five", "at 6:05"),
        ("The meeting is at half past three.", "The meeting is at 3:30."),
        ("It is quarter past two.", "It is 2:15."),
        ("It's a quarter to five.", "It's 4:45."),
        ("at ten to one", "at 12:50"),
        ("by eleven fifteen", "by 11:15"),
    ],
)
def test_a_time_is_written_with_a_colon(said: str, written: str) -> None:
    assert write(said) == written


@pytest.mark.parametrize(
    "text",
    [
        "half past the hour",
        "two to one",
        "at five",
    ],
)
def test_what_is_no_time_stays(text: str) -> None:
    assert write(text) == text
