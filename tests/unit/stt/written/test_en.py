from __future__ import annotations

from dataclasses import fields

from natter_stt.written.en import ENGLISH


def test_every_field_has_words_in_lower_case() -> None:
    for field in fields(ENGLISH):
        value = getattr(ENGLISH, field.name)
        assert value, field.name
        if isinstance(value, frozenset):
            assert all(word == word.lower() for word in value if isinstance(word, str)), field.name


def test_units_stand_for_themselves_or_their_sign() -> None:
    assert ENGLISH.units["kilos"] == "kg"
    assert ENGLISH.units["miles"] == "miles"
