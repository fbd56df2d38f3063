from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("555-1234", "five five five, one two three four"),
        ("+1 (202) 555-0143", "plus one, two zero two, five five five, zero one four three"),
        ("202.555.0144", "two zero two, five five five, zero one four four"),
        ("dial 112", "dial one one two"),
        ("911 people", "nine hundred eleven people"),
        ("100-2000 people", "one hundred to two thousand people"),
    ],
)
def test_telephone_numbers(written: str, said: str) -> None:
    assert Script(normalize(written, EN)).text == said
