"""Words that ask for the same thing."""

from __future__ import annotations

import pytest

from natter_llm.demo.synonyms import canonical
from natter_llm.demo.text import stem


@pytest.mark.parametrize(
    "group", ["price costs charge fee", "swap changing replaced", "licence license", "colour color"]
)
def test_one_meaning_has_one_term(group: str) -> None:
    assert len({canonical(stem(word)) for word in group.split()}) == 1


def test_other_words_stand_for_themselves() -> None:
    assert canonical("giraff") == "giraff"
