from __future__ import annotations

import pytest

from natter_tts.normalize.language import Noun


@pytest.mark.parametrize(
    ("number", "form"), [("1", "foot"), ("-1", "foot"), ("2", "feet"), ("1.0", "feet"), ("0", "feet")]
)
def test_a_noun_goes_with_its_number(number: str, form: str) -> None:
    assert Noun("foot", "feet").of(number) == form
