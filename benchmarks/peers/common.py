"""What every bot shares: the models of Natter's own services, and the few messages of the benchmark's wire.

A bot is called over a WebSocket, ``/call/<id>``. To it: binary frames, 20 ms of PCM16 mono at 16 kHz. From it:

- binary frames: PCM16 mono at 24 kHz, as its player's queue is to get them;
- ``{"type": "voice", "text": ..., "words": [[word, start_ms, end_ms], ...], "pcm": <base64>}``: what the voice has
  made, before any of it is sent. By this the benchmark knows, sample for sample, which word it hears;
- ``{"type": "drop"}``: the player is to throw away what waits;
- ``{"type": "told", "what": ..., "detail": ...}``: anything else, for the timeline.

This file is run by a bot's own Python and imports Natter's engines from their source folders.
"""

from __future__ import annotations

import base64
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
for _source in ("libs/protocol/src", "libs/runtime/src", "services/stt/src", "services/tts/src"):
    sys.path.insert(0, str(ROOT / _source))

from natter_runtime import threads

assert threads  # before numpy is imported

import numpy as np
import soxr

from natter_protocol.settings import TranscriptionMode
from natter_runtime.config import RuntimeConfig
from natter_runtime.models import locate
from natter_stt.engine import Passage, StreamOptions
from natter_stt.engines.moonshine import Moonshine
from natter_stt.pace import CAREFUL_MS
from natter_tts.engines.flite import Flite

VOICE: Final = "rms"
OUT_RATE: Final = 24_000
IN_RATE: Final = 16_000
LONGEST_S: Final = 15
"""Moonshine takes no more at once."""
READY: Final = "bot is ready"


class Ears:
    """Natter's embedded recogniser."""

    def __init__(self) -> None:
        folder = locate("stt", "moonshine-tiny-en", RuntimeConfig().models)
        engine = Moonshine(folder, "moonshine-tiny-en")
        engine.warm_up()
        self._stream = engine.open(StreamOptions())

    def hear(self, pcm: bytes) -> str:
        """Return what is said in PCM16 at 16 kHz. Blocks."""
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
        if len(samples) < IN_RATE // 10:
            return ""
        passage = Passage(samples[-LONGEST_S * IN_RATE :])
        return self._stream.decode(passage, careful=passage.ms <= CAREFUL_MS[TranscriptionMode.BALANCED]).text


@dataclass(frozen=True)
class Said:
    """Something spoken: PCM16 at 24 kHz, and its words."""

    text: str
    pcm: bytes
    words: tuple[tuple[str, float, float], ...]
    """Each with its first and last millisecond, counted from the first sample of the text."""


class Mouth:
    """Natter's flite voice, which says the same in every system."""

    def __init__(self) -> None:
        self._engine = Flite(VOICE)

    def say(self, text: str) -> Said:
        """Speak all of ``text``, which flite does nearly as fast as its first part. Blocks.

        Not piece by piece: a bot that is interrupted drops what it was iterating over, and with it flite's lock.
        """
        chunks = list(self._engine.synthesize(text, VOICE, lambda: False))
        samples = np.concatenate([chunk.samples for chunk in chunks]) if chunks else np.zeros(0, np.int16)
        marks = sorted((mark for chunk in chunks for mark in chunk.marks), key=lambda mark: mark.start)
        words = tuple(
            (text[mark.offset : mark.offset + mark.length], _ms(mark.start), _ms(mark.end or mark.start))
            for mark in marks
        )
        return Said(text, soxr.resample(samples, IN_RATE, OUT_RATE).astype("<i2").tobytes(), words)


def _ms(samples: int) -> float:
    return round(samples * 1000 / IN_RATE, 1)


def voice(said: Said) -> dict[str, Any]:
    """Return the message about what was said."""
    pcm = base64.b64encode(said.pcm).decode("ascii")
    return {"type": "voice", "text": said.text, "words": said.words, "pcm": pcm}


def told(what: str, detail: str = "") -> dict[str, Any]:
    """Return a message for the timeline."""
    return {"type": "told", "what": what, "detail": detail}


def mark(call: str) -> str:
    """Return the system prompt by which the scripted model knows the call."""
    return f"You take part in a test. [call={call}]"
