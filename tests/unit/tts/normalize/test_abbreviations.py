from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("St. Mary on Main St.", "Saint Mary on Main Street."),
        ("2nd St., please", "second Street, please"),
        ("Dr. Who and 5 Elm Dr. South", "Doctor Who and five Elm Drive South"),
        ("no. 5 but no. Really", "number five but no. Really"),
        ("at Acme Corp. today", "at Acme corporation today"),
        ("J.R.R. Tolkien", "J R R Tolkien"),
        ("PDFs and TVs", "P D F's and T V's"),
        ("WOW that is GREAT", "WOW that is GREAT"),
        ("a.k.a. Bob", "also known as Bob"),
        ("Prof. X", "Professor X"),
        ("max. 5, min. 3", "maximum five, minimum three"),
        ("XKCD", "X K C D"),
    ],
)
def test_abbreviations(written: str, said: str) -> None:
    assert Script(normalize(written, EN)).text == said
