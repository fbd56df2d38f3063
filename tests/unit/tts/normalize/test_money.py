from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("$1,000-$2,000", "one thousand to two thousand dollars"),
        ("US$5", "five dollars"),
        ("5$", "five dollars"),
        ("$3.456", "three point four five six dollars"),
        ("¥500", "five hundred yen"),
        ("$1", "one dollar"),
        ("$.5", "zero point five"),
        ("50¢", "fifty cents"),
        ("$2.5bn", "two point five billion dollars"),
        ("$20/hr", "twenty dollars per hour"),
        ("3 km/h", "three kilometers per hour"),
    ],
)
def test_money(written: str, said: str) -> None:
    assert Script(normalize(written, EN)).text == said
