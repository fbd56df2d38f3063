from __future__ import annotations

import pytest

from natter_protocol.tts import Word
from natter_tts.alignment import Script
from natter_tts.data import EN
from natter_tts.engine import Mark
from natter_tts.normalize import normalize
from natter_tts.take import Take


def take() -> Take:
    """Return an attempt at two words, by an engine of 1000 Hz, from sample 500 of the reply on."""
    return Take(0, "one two", Script(normalize("one two", EN)), 500, 1000)


def test_before_the_audio_is_there_it_is_an_estimate() -> None:
    it = take()
    it.marks = [Mark(0, 3, 0, 50)]
    assert it.words(2000, 0.1, complete=False) == ((Word("one ", 500, 700), Word("two", 700, 900)), False)


def test_marks_count_from_the_first_sample_of_the_engine() -> None:
    it = take()
    it.marks = [Mark(0, 3, 20, 100), Mark(4, 3, 120, 220)]
    it.removed, it.duration = 20, 200
    assert it.words(2000, 0.1, complete=True) == ((Word("one ", 500, 660), Word("two", 700, 900)), True)
    assert it.syllable_s == pytest.approx(0.1)


def test_without_marks_the_words_share_the_audio() -> None:
    it = take()
    it.duration = 200
    assert it.words(1000, 0.1, complete=True) == ((Word("one ", 500, 600), Word("two", 600, 700)), False)


def test_nothing_heard_tells_nothing_about_the_rate() -> None:
    assert take().syllable_s is None
