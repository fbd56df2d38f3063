from __future__ import annotations

import ctypes
import ctypes.util

import pytest

from natter_tts.engines import espeak


@pytest.fixture
def engine() -> espeak.Espeak:
    """eSpeak, where it is installed."""
    if not espeak.available():
        pytest.skip(f"no libespeak-ng: {espeak.HOW_TO_GET}")
    return espeak.Espeak()


def test_words_are_where_they_are_in_the_text(engine: espeak.Espeak) -> None:
    text = "naïve words, twice."
    marks = [mark for chunk in engine.synthesize(text, "", lambda: False) for mark in chunk.marks]
    assert [text[mark.offset : mark.offset + mark.length] for mark in marks] == ["naïve", "words", "twice"]


def test_six_languages_are_spoken_each_with_its_voice(engine: espeak.Espeak) -> None:
    info = engine.info
    assert info.languages == ("en", "es", "fr", "de", "it", "pt")
    assert info.voice == "en-us"
    for language, voice in (("es", "es"), ("fr", "fr"), ("de", "de"), ("it", "it"), ("pt", "pt-br")):
        assert info.voice_languages[voice] == language
        assert sum(len(chunk.samples) for chunk in engine.synthesize("a e i o u", voice, lambda: False)) > 1000


def test_what_others_speak_can_be_left_out(engine: espeak.Espeak) -> None:
    assert engine.info.voice == "en-us"
    other = espeak.Espeak(without={"en", "es"})
    assert (other.info.languages, other.info.voice) == (("fr", "de", "it", "pt"), "fr")


def test_the_library_of_the_wheel_does_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("espeakng_loader")
    monkeypatch.setattr(espeak, "_system", lambda: None)
    engine = espeak.Espeak()
    assert sum(len(chunk.samples) for chunk in engine.synthesize("Hello.", "", lambda: False)) > 1000


def test_the_library_of_the_wheel_is_not_taken_for_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    loader = pytest.importorskip("espeakng_loader")
    ctypes.CDLL(loader.get_library_path())
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    assert espeak._system() is None
