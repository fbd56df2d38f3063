from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("flight UA123", "flight U A one two three"),
        ("order 12 pizzas", "order twelve pizzas"),
        ("code: 42", "code: forty-two"),
        ("code: 042", "code: zero four two"),
        ("PIN is 1234", "pin is one two three four"),
        ("123-45-6789", "one two three, four five, six seven eight nine"),
        ("covid19", "covid nineteen"),
        ("B2B", "B two B"),
        ("1st place", "first place"),
        ("3-year-old", "three-year-old"),
        ("3.2.1", "three point two point one"),
        ("#42", "number forty-two"),
        ("1234567", "one two three, four five six seven"),
        ("sha256", "sha two five six"),
        ("F-16", "F sixteen"),
        ("A1B-2C3D", "A one B two C three D"),
    ],
)
def test_identifiers(written: str, said: str) -> None:
    assert Script(normalize(written, EN)).text == said
