from __future__ import annotations

from natter_tts.data.en_measures import CURRENCIES, PER_UNITS, UNITS


def test_codes_of_currencies_are_those_of_iso_4217() -> None:
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES if code.isalpha())


def test_forms_are_words() -> None:
    nouns = [*UNITS.values(), *(currency.major for currency in CURRENCIES.values())]
    nouns += [currency.minor for currency in CURRENCIES.values() if currency.minor]
    for noun in nouns:
        assert noun.one.replace(" ", "").isalpha()
        assert noun.many.replace(" ", "").isalpha()
    assert all(word.isalpha() for word in PER_UNITS.values())
