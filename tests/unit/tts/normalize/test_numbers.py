from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("-5 or 5-3", "minus five or five to three"),
        ("top-5", "top-five"),
        ("1,5", "one, five"),
        ("3/8 and 7/9", "three eighths and seven out of nine"),
        ("3½", "three and a half"),
        ("2 2/3", "two and two thirds"),
        ("Chapter IV", "Chapter four"),
        ("I and V", "I and V"),
        ("in 2024 dollars", "in twenty twenty-four dollars"),
        ("5+", "five plus"),
        ("3:2", "three to two"),
        ("x1y2", "X one Y two"),
    ],
)
def test_numbers(written: str, said: str) -> None:
    assert Script(normalize(written, EN)).text == said
