from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from natter_tts.engine import Samples
from natter_tts.silence import LEAD_S, PAUSES, QUIET, TAIL_S, Trimmer, pause_after

RATE = 1000


def signal(*parts: tuple[int, int]) -> Samples:
    """Return so many samples of such amplitude, one part after the other."""
    return np.concatenate([np.full(count, amplitude, np.int16) for count, amplitude in parts])


def trimmed(trimmer: Trimmer, samples: Samples, size: int) -> Samples:
    """Feed ``samples`` in chunks of ``size`` and finish."""
    out = [trimmer.feed(samples[start : start + size]) for start in range(0, len(samples), size)]
    return np.concatenate([*out, trimmer.finish()])


@given(st.integers(1, 500))
def test_silence_goes_at_both_ends_and_stays_inside(size: int) -> None:
    samples = signal((200, 10), (50, 5000), (300, 0), (50, -5000), (400, QUIET))
    trimmer = Trimmer(RATE)
    out = trimmed(trimmer, samples, size)
    lead, tail = round(LEAD_S * RATE), round(TAIL_S * RATE)
    assert np.array_equal(out, samples[200 - lead : 600 + tail])
    assert trimmer.removed == 200 - lead
    assert trimmer.audible


def test_sound_is_passed_on_at_once() -> None:
    trimmer = Trimmer(RATE)
    assert len(trimmer.feed(signal((50, 5000)))) == 50


def test_a_sound_without_silence_is_untouched() -> None:
    samples = signal((100, 5000))
    assert np.array_equal(trimmed(Trimmer(RATE), samples, 30), samples)


def test_silence_alone_is_nothing() -> None:
    trimmer = Trimmer(RATE)
    assert len(trimmed(trimmer, signal((500, 0)), 100)) == 0
    assert not trimmer.audible


def test_the_loudest_negative_sample_is_loud() -> None:
    trimmer = Trimmer(RATE)
    assert len(trimmer.feed(np.array([-32768], np.int16))) == 1


@pytest.mark.parametrize(
    ("written", "spoken", "pause"),
    [
        ("Sure, ", "Sure,", PAUSES[","]),
        ("Yes. ", "Yes.", PAUSES["."]),
        ("and then ", "and then", 0.0),
        ("The end.\n\n", "The end.", 0.4),
        ("item\n", "item", 0.4),
    ],
)
def test_the_pause_fits_the_punctuation(written: str, spoken: str, pause: float) -> None:
    assert pause_after(written, spoken) == pause
