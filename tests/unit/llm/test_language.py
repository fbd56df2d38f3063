"""What the agent says by itself."""

from __future__ import annotations

import pytest

from natter_llm.language import ENGLISH, LANGUAGES, phrases_for


@pytest.mark.parametrize(
    ("codes", "code"), [((), "en"), (("es", "en"), "es"), (("pt-BR",), "pt"), (("DE_at",), "de"), (("ja",), "en")]
)
def test_the_first_language_counts(codes: tuple[str, ...], code: str) -> None:
    assert phrases_for(codes).code == code


def test_every_language_has_words_of_its_own() -> None:
    assert set(LANGUAGES) == {"en", "es", "fr", "de", "it", "pt"}
    assert len({phrases.filler for phrases in LANGUAGES.values()}) == len(LANGUAGES)
    assert all(phrases.apology.endswith(".") for phrases in LANGUAGES.values())
    assert phrases_for([]) is ENGLISH
