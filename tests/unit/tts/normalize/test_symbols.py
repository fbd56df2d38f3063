from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("yes :) no <3 x", "yes no x"),
        ("n/a", "not available"),
        ("C#", "C sharp"),
        ("a—b", "a, b"),
        ("rock-solid", "rock-solid"),
        ("a - b", "a, b"),
        ("“a”, ‘b’", "a, b"),
        ("the dogs’ bowl", "the dogs bowl"),
        ("a\nb", "a, b"),
        ("a.\nb", "a. b"),
        ("a\n\nb", "a. b"),
        ("so (really) it is", "so, really, it is"),
        ("end (it is)", "end, it is"),
        ("x_y", "x y"),
        ("100 % & more", "one hundred percent and more"),
        ("a\u200bb\x07c", "a b c"),
        ("5 ≥ 3", "five is at least three"),
    ],
)
def test_symbols(written: str, said: str) -> None:
    assert Script(normalize(written, EN)).text == said
