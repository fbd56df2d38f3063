"""Between a client's audio format and the bus's, one streaming converter per direction."""

from __future__ import annotations

from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from natter_gateway import g711
from natter_protocol.audio import INPUT_FRAME, INPUT_RATE
from natter_protocol.settings import AudioFormat, Encoding

QUALITY: Final = "MQ"
"""soxr's medium: 15 ms of delay from 24 kHz and 26 ms from 8 kHz, where the default has 21 and 66."""


class Decoder:
    """A client's bytes to frames of 16 kHz PCM16.

    The resampler keeps its state between calls, so that chunks of any size give the same samples as
    one call would; a byte of a split sample waits for its other half.
    """

    def __init__(self, format: AudioFormat) -> None:
        self.taken = 0
        """Samples that were fed, at the client's rate."""
        self._format = format
        self._odd = b""
        self._resampler = (
            None
            if format.rate == INPUT_RATE
            else soxr.ResampleStream(format.rate, INPUT_RATE, 1, dtype="int16", quality=QUALITY)
        )
        self._waiting = np.zeros(0, np.int16)
        self._given = 0

    @property
    def pending(self) -> int:
        """Samples at 16 kHz that were taken and are not in a frame yet."""
        return self.taken * INPUT_RATE // self._format.rate - self._given

    def feed(self, data: bytes) -> list[bytes]:
        """Take any number of bytes; return the whole 20 ms frames that are ready."""
        samples = self._samples(data)
        self.taken += len(samples)
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples)
        self._waiting = np.concatenate([self._waiting, samples])
        whole = len(self._waiting) // INPUT_FRAME * INPUT_FRAME
        self._given += whole
        frames = self._waiting[:whole].reshape(-1, INPUT_FRAME)
        self._waiting = self._waiting[whole:]
        return [frame.tobytes() for frame in frames]

    def drop_half(self) -> None:
        """Forget half a sample: its other half will not come."""
        self._odd = b""

    def _samples(self, data: bytes) -> NDArray[np.int16]:
        if self._format.encoding is Encoding.MULAW:
            return g711.decode_mulaw(data)
        if self._format.encoding is Encoding.ALAW:
            return g711.decode_alaw(data)
        data = self._odd + data
        whole = len(data) // 2 * 2
        self._odd = data[whole:]
        return np.frombuffer(data[:whole], "<i2").astype(np.int16, copy=False)


class Encoder:
    """PCM16 at the session's output rate to a client's bytes, at its volume."""

    def __init__(self, format: AudioFormat) -> None:
        self._encoding = format.encoding

    def encode(self, pcm: bytes, volume: int | None = None) -> bytes:
        """Return one frame as the client wants it; ``volume`` is 0 (silent) to 100 or None (unchanged)."""
        plain = volume is None or volume >= 100
        if plain and self._encoding is Encoding.PCM16:
            return pcm
        samples = np.frombuffer(pcm, "<i2").astype(np.int16, copy=False)
        if volume is not None and not plain:
            samples = (samples.astype(np.float32) * (max(volume, 0) / 100)).astype(np.int16)
        if self._encoding is Encoding.MULAW:
            return g711.encode_mulaw(samples)
        if self._encoding is Encoding.ALAW:
            return g711.encode_alaw(samples)
        return samples.tobytes()
