"""Audio for the tests of the stt service."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from natter_protocol.audio import INPUT_FRAME, INPUT_RATE, AudioFrame
from natter_stt.engine import Samples

MS = INPUT_RATE // 1000


def read_wav(path: Path) -> Samples:
    """Return the samples of a 16 kHz mono WAV file."""
    with wave.open(str(path)) as source:
        assert (source.getframerate(), source.getnchannels(), source.getsampwidth()) == (INPUT_RATE, 1, 2)
        pcm = source.readframes(source.getnframes())
    return np.frombuffer(pcm, "<i2").astype(np.float32) / 32768.0


def noise(ms: int, level: float = 0.05, seed: int = 0) -> Samples:
    """Return ``ms`` milliseconds of white noise."""
    return np.random.default_rng(seed).normal(0, level, ms * MS).astype(np.float32)


def frames(samples: Samples, first_sample: int = 0) -> list[AudioFrame]:
    """Return ``samples`` as the gateway publishes them."""
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return [
        AudioFrame(pcm[2 * at : 2 * (at + INPUT_FRAME)], first_sample + at)
        for at in range(0, len(samples), INPUT_FRAME)
    ]
