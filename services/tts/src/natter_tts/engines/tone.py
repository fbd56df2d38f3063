"""A sine for every word: no speech, but everything a test wants to know about timing. Deterministic."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from natter_tts.engine import Chunk, EngineInfo, Mark, Samples

RATE: Final = 16_000
WORD_S: Final = 0.3
"""Seconds of tone per word."""
_AMPLITUDE: Final = 8000
_LOWEST_HZ: Final = 200
_STEPS: Final = 800
_WORD: Final = re.compile(r"\S*\w\S*")


class Tone:
    """The engine: words of the text become tones of 200 to 1000 Hz, the same word always the same tone."""

    info = EngineInfo("tone", "sine", RATE, ("en",), ("tone",), "tone", streams=True, word_times=True)

    def synthesize(self, text: str, voice: str, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        """See :class:`natter_tts.engine.Engine`."""
        position = 0
        for match in _WORD.finditer(text):
            if cancelled():
                return
            samples = tone_of(match[0])
            mark = Mark(match.start(), len(match[0]), position, position + len(samples))
            position += len(samples)
            yield Chunk(samples, (mark,))


def tone_of(word: str) -> Samples:
    """Return the tone that stands for ``word``, punctuation aside."""
    letters = re.sub(r"\W", "", word).lower()
    frequency = _LOWEST_HZ + zlib.crc32(letters.encode()) % _STEPS
    time = np.arange(round(WORD_S * RATE)) / RATE
    return np.round(_AMPLITUDE * np.cos(2 * np.pi * frequency * time)).astype(np.int16)
