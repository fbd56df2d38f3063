"""From chunks to one recording: stereo, left the user, right the agent. Blocking.

Both channels are brought to one rate by resamplers that run through from the first chunk to the last, so that no
seam is heard. What was not written (a full disk, a gateway that died) is silence of the right length.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from natter_gateway.records.shelf import CHANNELS, Chunks, Shelf
from natter_gateway.records.sound import RATE, OpusFile, Samples
from natter_gateway.records.storage import Unavailable
from natter_gateway.records.tape import CHUNK_S

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mixed:
    """A finished recording: its length, and how much of it there was."""

    seconds: float
    chunks: int
    missing: int
    """Chunks before the last one that are not there, and are silence now."""


def mixdown(shelf: Shelf, session: str) -> Mixed | None:
    """Make the recording of a session; None if there is no chunk. The chunks stay.

    Raises:
        OSError: it cannot be written, or what it is made of not be read now.
    """
    chunks = shelf.chunks(session)
    if not chunks:
        return None
    with shelf.draft(session) as path:
        samples = _write(path, shelf, session, chunks)
    return Mixed(samples / RATE, len(chunks), max(chunks) + 1 - len(chunks))


def _write(path: Path, shelf: Shelf, session: str, chunks: Chunks) -> int:
    """Write the recording; return how long it is, in samples."""
    left, right = (_Lane(shelf, session, chunks, channel) for channel in CHANNELS)
    written = 0
    with OpusFile(path) as file:
        for index in range(max(chunks) + 1):
            final = index == max(chunks)
            left.feed(index, final=final)
            right.feed(index, final=final)
            ready = max(left.ready, right.ready) if final else min(left.ready, right.ready)
            file.write(left.take(ready), right.take(ready))
            written += ready
    return written


class _Lane:
    """One channel on its way to the rate of the recording."""

    def __init__(self, shelf: Shelf, session: str, chunks: Chunks, channel: str) -> None:
        self._shelf = shelf
        self._session = session
        self._chunks = chunks
        self._channel = channel
        self._rate = next((rate for index in chunks for _, rate in self._read(index)), RATE)
        self._resampler = soxr.ResampleStream(self._rate, RATE, 1, dtype="int16", quality="HQ")
        self._samples: Samples = np.zeros(0, np.int16)

    @property
    def ready(self) -> int:
        """How many samples can be taken."""
        return len(self._samples)

    def feed(self, index: int, *, final: bool) -> None:
        """Take the next chunk; what several gateways recorded of it lies on top of each other."""
        read = [samples for samples, rate in self._read(index) if rate == self._rate]
        length = max((len(samples) for samples in read), default=0) if final else CHUNK_S * self._rate
        mixed = np.zeros(length, np.int32)
        for samples in read:
            mixed[: len(samples)] += samples[:length]
        whole = np.clip(mixed, -32768, 32767).astype(np.int16)
        self._samples = np.concatenate((self._samples, self._resampler.resample_chunk(whole, last=final)))

    def take(self, count: int) -> Samples:
        """Take samples away; silence stands for what is missing at the very end."""
        taken, self._samples = self._samples[:count], self._samples[count:]
        return np.concatenate((taken, np.zeros(count - len(taken), np.int16)))

    def _read(self, index: int) -> list[tuple[Samples, int]]:
        """What is damaged or gone stays so and becomes silence; what cannot be read now must not."""
        read = []
        for name in self._chunks.get(index, {}).get(self._channel, []):
            try:
                read.append(self._shelf.chunk(self._session, name))
            except Unavailable:
                raise
            except OSError as error:
                log.warning("a chunk cannot be read and becomes silence: %s: %s", name, error)
        return read
