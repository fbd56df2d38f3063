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
