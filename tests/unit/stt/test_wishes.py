from __future__ import annotations

from natter_protocol.settings import InputSettings
from natter_stt.engine import EngineInfo, StreamOptions
from natter_stt.wishes import options_for, refusal

EUROPEAN = EngineInfo("test", "none", ("en", "de", "fr"), max_ms=1000)


def test_no_wishes_leave_the_choice_to_the_engine() -> None:
    assert options_for(InputSettings(), EUROPEAN) == (StreamOptions(), ())


def test_prompt_and_keyterms_are_passed_on() -> None:
    options, _ = options_for(InputSettings(prompt="A bakery.", keyterms=("sourdough", "Anneliese")), EUROPEAN)
    assert (options.prompt, options.keyterms) == ("A bakery.", ("sourdough", "Anneliese"))


def test_languages_are_known_by_their_first_part_and_named_once() -> None:
    options, unknown = options_for(InputSettings(languages=("en-GB", "de_AT", "EN")), EUROPEAN)
    assert options.languages == ("en", "de")
    assert unknown == ()


def test_a_language_that_the_engine_does_not_know_is_told_as_it_was_wished() -> None:
    options, unknown = options_for(InputSettings(languages=("ja-JP", "fr")), EUROPEAN)
    assert options.languages == ("fr",)
    assert unknown == ("ja-JP",)


def test_a_refusal_names_what_is_heard_what_was_wished_for_and_what_would_hear_it() -> None:
    text = refusal(("ja", "ko"), EngineInfo("moonshine", "moonshine-tiny-en", ("en",), 15_000))
    assert "moonshine (moonshine-tiny-en) hears en, not ja, ko" in text
    assert "NATTER_STT_ENGINE=faster_whisper" in text
    assert "NATTER_STT_MODEL=small" in text
