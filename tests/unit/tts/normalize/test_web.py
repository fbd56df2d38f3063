from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a_b-c+d@x.co.uk", "A underscore B dash C plus D at X dot co dot U K"),
        ("http://localhost:8080/x", "localhost eight zero eight zero slash X"),
        ("www.example.org.", "example dot org."),
        ("see (https://a.com/b)", "see, A dot com slash B"),
        ("node.js", "node dot J S"),
        ("no e.mail here", "no e.mail here"),
        ("end.Then", "end.Then"),
        ("photo_1.JPEG", "photo underscore one dot jay peg"),
        ("a@b", "a at b"),
    ],
)
def test_addresses(written: str, said: str) -> None:
    assert Script(normalize(written, EN)).text == said
