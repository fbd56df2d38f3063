from __future__ import annotations

from natter_tts.data import EN, LANGUAGES
from natter_tts.normalize.pieces import clean


def test_it_is_known_by_its_code() -> None:
    assert LANGUAGES["en"] is EN


def test_there_are_ten_digits_and_twelve_months() -> None:
    assert len(EN.digits) == 10
    assert len(EN.months) == 12
    assert set(EN.months_short.values()) == set(range(1, 13)) - {5}


def test_what_is_said_can_be_said() -> None:
    said = [short.spoken for short in EN.abbreviations.values()]
    for words in (EN.titles, EN.after_name, EN.acronyms, EN.phrases, EN.symbols, EN.operators, EN.weekdays_short):
        said += words.values()
    for text in said:
        assert text == clean(text)
        assert any(character.isalpha() for character in text)
        assert not any(character.isdigit() for character in text)


def test_keys_are_in_the_case_that_the_rules_look_for() -> None:
    for words in (EN.scales, EN.half_days, EN.phrases):
        assert all(word == word.lower() for word in words)
    for names in (EN.call, EN.code_cues, EN.split_before, EN.roman_after):
        assert all(name == name.lower() for name in names)
    assert EN.bare - {"PhD"} <= EN.abbreviations.keys()
