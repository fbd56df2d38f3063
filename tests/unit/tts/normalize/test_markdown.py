from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("***both*** and __it__", "both and it"),
        ("2*3*4 stays", "two times three times four stays"),
        ("snake_case stays", "snake case stays"),
        ("![a picture](x.png) here", "a picture here"),
        ("> a quote", "a quote"),
        ("- [x] done", "done"),
        ("* * *", ""),
        ("## A title", "A title"),
        ("~~~\ncode\n~~~\nText", "Text"),
        ("a \\*star\\*", "a star"),
        ("a < b and c > d", "a is less than b and c is greater than d"),
        ("<https://a.io>", "A dot I O"),
        ("10. Tenth", "ten, Tenth"),
        ("Use ``x`` now", "Use x now"),
        ("a&nbsp;b", "a b"),
    ],
)
def test_marks_of_markdown(written: str, said: str) -> None:
    assert Script(normalize(written, EN)).text == said
