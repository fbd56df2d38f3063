"""Smart Turn v3.2: the probability that a turn is complete, from the sound of its last 8 s.

The features are Whisper's: 80 Slaney mel bands of a 400-point spectrum every 10 ms, log10, clipped 8
below the maximum, scaled to about -1..1. The output named ``logits`` is already a probability.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from natter_turn.engine import Samples
from natter_turn.engines.onnx import file_in, session

RATE: Final = 16_000
SAMPLES: Final = 8 * RATE
MELS: Final = 80
FFT: Final = 400
HOP: Final = 160
FRAMES: Final = SAMPLES // HOP


def mel_filters() -> NDArray[np.float32]:
    """Return the Slaney mel filter bank ``[80, 201]``: linear below 1 kHz, logarithmic above, of equal area."""
    linear, corner, step = 200.0 / 3, 1000.0, np.log(6.4) / 27
    corner_mel = corner / linear

    def to_mel(hertz: float) -> float:
        return hertz / linear if hertz < corner else corner_mel + float(np.log(hertz / corner)) / step

    mels = np.linspace(to_mel(0.0), to_mel(RATE / 2), MELS + 2)
    points = np.where(mels < corner_mel, mels * linear, corner * np.exp(step * (mels - corner_mel)))
    bins = np.linspace(0, RATE / 2, FFT // 2 + 1)
    rising = (bins[None] - points[:-2, None]) / (points[1:-1] - points[:-2])[:, None]
    falling = (points[2:, None] - bins[None]) / (points[2:] - points[1:-1])[:, None]
    area = (2 / (points[2:] - points[:-2]))[:, None]
    filters: NDArray[np.float32] = (np.maximum(0, np.minimum(rising, falling)) * area).astype(np.float32)
    return filters


class SmartTurn:
    """The loaded model, shared by all sessions."""

    name = "smart_turn"

    def __init__(self, model: Path) -> None:
        self._session = session(file_in(model, ".onnx"))
        self._filters = mel_filters()
        self._window = np.hanning(FFT + 1)[:-1].astype(np.float32)

    def features(self, audio: Samples) -> NDArray[np.float32]:
        """Return the log-mel spectrogram ``[80, 800]`` of the last 8 s, padded in front."""
        audio = audio[-SAMPLES:]
        audio = np.pad(audio, (SAMPLES - len(audio), 0))
        audio = (audio - audio.mean()) / np.sqrt(audio.var() + 1e-7)
        audio = np.pad(audio, (FFT // 2, FFT // 2), mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(audio, FFT)[::HOP][:FRAMES]
        spectrum = np.fft.rfft(frames * self._window, axis=-1)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        mel = np.log10(np.maximum(1e-10, self._filters @ power.T))
        scaled: NDArray[np.float32] = ((np.maximum(mel, mel.max() - 8) + 4) / 4).astype(np.float32)
        return scaled

    def __call__(self, audio: Samples) -> float:
        outputs = self._session.run(None, {"input_features": self.features(audio)[None]})
        return float(np.ravel(outputs[0])[0])
