from __future__ import annotations

import re

from natter_tts.normalize.patterns import any_of


def test_the_longest_word_wins_and_nothing_is_special() -> None:
    pattern = re.compile(any_of(["min", "mins", "m.", "°"]))
    assert [match[0] for match in pattern.finditer("mins min m. m° m")] == ["mins", "min", "m.", "°"]
