from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("00:15", "twelve fifteen A M"),
        ("14:05:30", "fourteen oh five and thirty seconds"),
        ("17:00", "seventeen hundred"),
        ("12:00 PM", "twelve P M"),
        ("3pm", "three P M"),
        ("at 5 p.m. Tuesday", "at five P M Tuesday"),
        ("25:00", "twenty-five to zero zero"),
        ("I am 5", "I am five"),
        ("3:30-4:30 pm", "three thirty to four thirty P M"),
    ],
)
def test_times(written: str, said: str) -> None:
    assert Script(normalize(written, EN)).text == said
