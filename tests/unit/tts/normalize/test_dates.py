from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("May 5", "May fifth"),
        ("May I go", "May I go"),
        ("You may 5 times", "You may five times"),
        ("15/3/2024", "March fifteenth, twenty twenty-four"),
        ("13/13/2024", "thirteen slash thirteen slash twenty twenty-four"),
        ("Sept. 3", "September third"),
        ("May 2024", "May twenty twenty-four"),
        ("the 3rd of March", "the third of March"),
        ("Mar 3rd-5th", "March third to fifth"),
        ("July 4, 1776", "July fourth, seventeen seventy-six"),
        ("the 1800s, the 2000s, the 2010s", "the eighteen hundreds, the two thousands, the twenty tens"),
        ("mid-1990s", "mid-nineteen nineties"),
        ("since 1999", "since nineteen ninety-nine"),
        ("(1984)", "nineteen eighty-four"),
        ("in 1500 ways", "in fifteen hundred ways"),
        ("01/02/99", "January second, nineteen ninety-nine"),
    ],
)
def test_dates(written: str, said: str) -> None:
    assert Script(normalize(written, EN)).text == said
