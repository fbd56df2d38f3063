"""What holds for every language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from natter_tts.data import LANGUAGES
from natter_tts.normalize import normalize
from natter_tts.normalize.language import Language
from natter_tts.normalize.pieces import clean
from natter_tts.segmenter import Segmenter
from tests.support.tts_texts import texts

ALL = [pytest.param(language, id=code) for code, language in LANGUAGES.items()]


@pytest.mark.parametrize("language", ALL)
def test_its_tables_are_whole(language: Language) -> None:
    assert LANGUAGES[language.code] is language
    assert len(language.digits) == 10
    assert len(language.months) == 12
    assert set(language.fractions) >= set("½⅓⅔¼¾⅛")
    assert "s" in language.units
    assert {"h", "min", "%", "€"} <= {*language.units, *language.currencies}


@pytest.mark.parametrize("language", ALL)
def test_what_it_says_can_be_said(language: Language) -> None:
    said = [short.spoken for short in language.abbreviations.values()]
    for words in (language.titles, language.acronyms, language.phrases, language.symbols, language.operators):
        said += words.values()
    for text in said:
        assert text == clean(text)
        assert any(character.isalpha() for character in text)
        assert not any(character.isdigit() for character in text)


@pytest.mark.parametrize("language", ALL)
def test_its_keys_are_in_the_case_that_the_rules_look_for(language: Language) -> None:
    for words in (language.scales, language.half_days, language.phrases, language.ordinal_marks):
        assert all(word == word.lower() for word in words)
    for names in (language.call, language.code_cues, language.split_before, language.roman_after):
        assert all(word == word.lower() for word in names)


@pytest.mark.parametrize("language", ALL)
@settings(max_examples=60)
@given(text=texts)
def test_no_character_of_any_text_is_lost_and_no_digit_is_left(language: Language, text: str) -> None:
    tokens = normalize(text, language)
    assert "".join(token.written for token in tokens) == text
    assert not any(character in "0123456789" for token in tokens for character in token.spoken)
    segmenter = Segmenter(language)
    segmenter.feed(text, complete=True)
    pieces = list(iter(lambda: segmenter.take(hurry=True), None))
    assert "".join(piece for piece in pieces if piece) == text
