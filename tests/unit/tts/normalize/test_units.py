from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1 mile", "one mile"),
        ("1.5 km", "one point five kilometers"),
        ("10 in. wide", "ten inches wide"),
        ("in 3 in the morning", "in three in the morning"),
        ("3x faster", "three times faster"),
        ("5 min. Then go", "five minutes. Then go"),
        ("6' 2\"", "six two"),
        ("1h 30m", "one hour thirty minutes"),
        ("100 Mbps", "one hundred megabits per second"),
        ("10x20", "ten by twenty"),
        ("5G", "five G"),
        ("20-25°C", "twenty to twenty-five degrees Celsius"),
        ("747s", "seven four seven S"),
        ("2 tbsp. of oil", "two tablespoons of oil"),
    ],
)
def test_measures(written: str, said: str) -> None:
    assert Script(normalize(written, EN)).text == said
