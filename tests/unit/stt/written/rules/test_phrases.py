from __future__ import annotations

import pytest

from natter_stt.written import write


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("It's open twenty four seven.", "It's open 24/7."),
        ("It's open twenty-four seven.", "It's open 24/7."),
        ("fifty fifty", "50/50"),
    ],
)
def test_a_fixed_expression_is_written_as_it_always_is(said: str, written: str) -> None:
    assert write(said) == written
