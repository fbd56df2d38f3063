from __future__ import annotations

import numpy as np

from natter_tts.engine import Mark
from natter_tts.engines.tone import RATE, WORD_S, Tone, tone_of


def test_every_word_is_a_tone_of_its_own() -> None:
    chunks = list(Tone().synthesize("Hello there, - Hello.", "tone", lambda: False))
    size = round(WORD_S * RATE)
    assert [chunk.marks for chunk in chunks] == [
        (Mark(0, 5, 0, size),),
        (Mark(6, 6, size, 2 * size),),
        (Mark(15, 6, 2 * size, 3 * size),),
    ]
    assert np.array_equal(chunks[0].samples, chunks[2].samples)
    assert not np.array_equal(chunks[0].samples, chunks[1].samples)
    assert {len(chunk.samples) for chunk in chunks} == {size}


def test_a_tone_depends_on_the_letters_alone() -> None:
    assert np.array_equal(tone_of("Hello,"), tone_of("hello"))
