from __future__ import annotations

import numpy as np
import pytest

from natter_tts.engines import flite


@pytest.fixture(scope="module")
def engine() -> flite.Flite:
    """Flite, where it is installed."""
    if not flite.available():
        pytest.skip(f"no libflite: {flite.HOW_TO_GET}")
    return flite.Flite()


def test_times_are_those_of_the_utterance(engine: flite.Flite) -> None:
    chunks = list(engine.synthesize("One, two.", "slt", lambda: False))
    one, two = chunks[0].marks
    assert (one.offset, one.length, two.offset, two.length) == (0, 4, 5, 4)
    samples = np.concatenate([chunk.samples for chunk in chunks]).astype(int)
    assert one.end is not None
    gap = samples[one.end + 800 : two.start - 800]
    assert np.abs(gap).max() < 0.1 * np.abs(samples[two.start : two.end]).max()


def test_letters_that_the_voices_do_not_know_are_replaced() -> None:
    assert flite._plain("naïve “café” 日") == "naive  cafe   "


def test_the_default_voice_can_be_chosen() -> None:
    if not flite.available():
        pytest.skip(f"no libflite: {flite.HOW_TO_GET}")
    assert flite.Flite("SLT").info.voice == "slt"
